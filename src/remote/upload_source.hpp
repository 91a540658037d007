// UploadSource: what becomes an object: a local file, an object of a store, a resource of the web.
// Thread: loop. Callbacks may come before the call that asked returns, unless a line says
// otherwise; none comes after its end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/failure.hpp"
#include "core/http_message.hpp"
#include "core/ports.hpp"
#include "remote/part_plan.hpp"
#include "remote/part_source.hpp"
#include "remote/store_error.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::remote {

struct SourceFacts {
  std::optional<std::uint64_t> size;  // nullopt: it ends where it ends, and not in the store
  // It is in the store already, which copies it: nothing is sent.
  bool in_store = false;
  // What it says of itself, as the object is to say it: its media type, its metadata, …
  std::vector<core::Header> headers;
};

// Which bytes they are. With both empty nothing tells whether a later run has the same.
struct SourceVersion {
  std::string sha256;  // of all its bytes, 64 hexadecimal digits
  std::string tag;     // by which whoever has them names this version of them
};

class UploadSource {
 public:
  using Opened = std::function<void(Result<SourceFacts>)>;
  using Identified = std::function<void(Result<SourceVersion>)>;
  using LookedAgain = std::function<void(Result<bool> same)>;
  using TellRetry = std::function<void(const core::Failure& failure, Duration wait)>;

  virtual ~UploadSource() = default;

  // As it is now; again where it changed. `tell_retry`: what is asked has to be asked again.
  virtual void open(TellRetry tell_retry, Opened done) = 0;
  // Of what was opened, which is cut in this way.
  virtual void identify(const PartPlan& plan, Identified done) = 0;
  // Of the version that was identified.
  virtual std::unique_ptr<PartSource> parts() = 0;

  // Whether it is seen without a question that it is another version by now.
  virtual bool changed() = 0;
  // Once all parts are there: whether they can be of one version.
  virtual void look_again(LookedAgain done) = 0;
  // The store refuses to copy, in this way: in which other one it goes, from open() on, for
  // messages. nullopt: none is left.
  virtual std::optional<std::string> other_way(StoreTrouble) { return std::nullopt; }
  virtual void stop() = 0;  // no callback after this
  // What shows that the parts are of one version.
  [[nodiscard]] virtual Proof proof() const = 0;

  virtual void on_time(Instant) {}
  [[nodiscard]] virtual std::optional<Instant> next_deadline() const { return std::nullopt; }
};

}  // namespace xget::remote
