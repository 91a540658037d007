// PlannedCredentials: the credentials of a plan, fetched when they are wanted and kept until
// shortly before their end.
//
// Those that are known already are there at once. Others are fetched anew five minutes before they
// end, or when half of a shorter time is over. A fetch that fails while the old ones are still good
// leaves those in force for another minute. Who asks for others while they are in force had them
// refused: they are dropped, unless they are so young that the refused ones were their forerunners.
//
// Thread: loop. Its owner calls on_time() after each round of callbacks and when next_deadline()
// has come; callbacks of fetch() come from there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "remote/credential_fetch.hpp"
#include "remote/credentials_source.hpp"

namespace xget::remote {

class PlannedCredentials final : public CredentialsSource {
 public:
  // Of `way` the proxies and rules count alone.
  PlannedCredentials(CredentialPlan plan, engine::HttpSourceSettings way, CredentialPorts ports);

  const Credentials* at(WallTime now) override;
  [[nodiscard]] std::optional<WallTime> end() const override;
  void fetch(std::function<void(Result<void>)> done) override;

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  void begin_fetch();
  void settle(Result<FetchedCredentials> fetched, Instant now);
  void keep(FetchedCredentials fetched, Instant now);
  [[nodiscard]] bool is_in_force(WallTime now) const;
  void tell();

  const CredentialPlan plan_;
  const engine::HttpSourceSettings way_;
  const CredentialPorts ports_;
  std::optional<FetchedCredentials> known_;
  std::optional<WallTime> renew_at_;   // nullopt: they have no end
  std::optional<Instant> fetched_at_;  // nullopt: they never were
  std::unique_ptr<CredentialFetch> fetch_;
  std::vector<std::function<void(Result<void>)>> waiting_;
  std::optional<Result<void>> to_tell_;  // to them
};

}  // namespace xget::remote
