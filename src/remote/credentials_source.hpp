// Where the credentials come from that requests are signed with: they may have to be fetched, and
// temporary ones end. Thread: loop.
#pragma once

#include <functional>
#include <optional>

#include "base/time.hpp"
#include "remote/signature.hpp"
#include "xget/error.hpp"

namespace xget::remote {

class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;  // ends what is under way; no callback after that
  // Good at `now` and for the next minutes; without an access_key_id: nothing is to be signed.
  // Null: they are to be fetched, for the first time or since they end soon. The pointer is good
  // until the next call of anything here.
  [[nodiscard]] virtual const Credentials* at(WallTime now) = 0;
  // When those that are there end, as far as anybody said.
  [[nodiscard]] virtual std::optional<WallTime> end() const { return std::nullopt; }
  // Gets them anew. `done` is called once, never from inside this call; all who ask meanwhile share
  // one fetch, and the time until its end is bounded. Its error names what was tried, never a
  // secret.
  virtual void fetch(std::function<void(Result<void>)> done) = 0;
};

}  // namespace xget::remote
