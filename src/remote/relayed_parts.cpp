#include "remote/relayed_parts.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/digest.hpp"
#include "engine/job_error.hpp"

namespace xget::remote {
namespace {

// A part as the body of a request; it holds its room until the last one lets it go.
class HeldBody final : public core::RequestBody {
 public:
  HeldBody(std::vector<std::byte> bytes, MemoryBudget::Lease lease)
      : lease_(std::move(lease)), bytes_(std::move(bytes)) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const auto count = std::min<std::uint64_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, static_cast<std::size_t>(count));
    return static_cast<std::size_t>(count);
  }
  [[nodiscard]] PartDigests digests(bool with_sha256) const {
    PartDigests digests;
    if (const auto md5 = Digester::create(DigestAlgorithm::Md5)) {
      md5->update(bytes_);
      digests.md5 = md5->finish_hex();
    }
    if (with_sha256) digests.sha256 = sha256(bytes_);
    return digests;
  }

 private:
  MemoryBudget::Lease lease_;  // goes after the bytes
  std::vector<std::byte> bytes_;
};

}  // namespace

Error fetch_error(const core::Failure& failure, const core::Source& source) {
  Error error = engine::error_of(failure, source.name(), engine::Served::Never);
  error.operation = "fetch";
  return error;
}

// ---- held -------------------------------------------------------------------------------------

HeldParts::HeldParts(bool with_sha256, core::Worker& worker)
    : with_sha256_(with_sha256), worker_(worker), alive_(std::make_shared<bool>(true)) {}

HeldParts::~HeldParts() = default;

void HeldParts::digest(std::vector<std::byte> bytes, MemoryBudget::Lease lease,
                       PartSource::Ready ready) {
  struct Work {
    std::shared_ptr<HeldBody> body;
    PartDigests digests;
  };
  auto work = std::make_shared<Work>();
  work->body = std::make_shared<HeldBody>(std::move(bytes), std::move(lease));
  worker_.submit(
      [work, hashed = with_sha256_] { work->digests = work->body->digests(hashed); },
      [work, ready = std::move(ready), alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        ready(PartContent{
            .body = std::move(work->body), .digests = std::move(work->digests), .headers = {}});
      });
}

// ---- by ranges --------------------------------------------------------------------------------

RelayedParts::RelayedParts(RelaySettings settings, core::Source& source,
                           core::Representation version, SourceReader::TellRetry tell_retry,
                           RelayPorts ports)
    : settings_(settings),
      source_(source),
      version_(std::move(version)),
      tell_retry_(std::move(tell_retry)),
      ports_(ports),
      held_(settings_.hashes_payload, ports.worker) {}

std::size_t RelayedParts::most_at_once() const {
  return static_cast<std::size_t>(settings_.connections);
}

void RelayedParts::prepare(ByteRange range, Ready ready) {
  begin(parts_.emplace_back(Part{range, std::move(ready), nullptr, nullptr}));
}

void RelayedParts::begin(Part& part) {
  part.lease = ports_.memory.take(part.range.length());
  if (!part.lease) return;
  part.reader = std::make_unique<SourceReader>(settings_.reader, ports_.clock, ports_.random,
                                               source_, part.range, version_, tell_retry_);
  part.reader->want(static_cast<std::size_t>(part.range.length()));
}

void RelayedParts::on_time(Instant now) {
  for (auto next = parts_.begin(); next != parts_.end();) {
    const auto part = next++;
    if (!part->reader) begin(*part);
    if (!part->reader) return;  // nor is there room for those behind it
    part->reader->on_time(now);
    if (const auto failure = part->reader->failure()) {
      const Ready ready = std::move(part->ready);
      parts_.erase(part);
      return ready(fail(fetch_error(*failure, source_)));
    }
    if (!part->reader->finished()) continue;
    held_.digest(part->reader->take(static_cast<std::size_t>(part->range.length())),
                 std::move(part->lease), std::move(part->ready));
    parts_.erase(part);
  }
}

std::optional<Instant> RelayedParts::next_deadline() const {
  std::optional<Instant> next;
  for (const Part& part : parts_) {
    if (part.reader) next = earliest(next, part.reader->next_deadline());
  }
  return next;
}

// ---- as they come -----------------------------------------------------------------------------

StreamedParts::StreamedParts(const RelaySettings& settings, const core::Source& source,
                             std::unique_ptr<SourceReader> reader, RelayPorts ports)
    : source_(source),
      ports_(ports),
      held_(settings.hashes_payload, ports.worker),
      reader_(std::move(reader)) {}

void StreamedParts::prepare(ByteRange range, Ready ready) {
  wanted_ = Wanted{range, std::move(ready), nullptr};
}

void StreamedParts::fail_part(Error error) {
  const Ready ready = std::exchange(wanted_, std::nullopt)->ready;
  ready(fail(std::move(error)));
}

void StreamedParts::on_time(Instant now) {
  if (reader_) reader_->on_time(now);
  if (!wanted_) return;
  if (!reader_ || wanted_->range.begin != next_) {
    return fail_part({.code = ErrorCode::Changed,
                      .operation = "fetch",
                      .subject = source_.name(),
                      .cause = "it can be fetched from its beginning alone"});
  }
  const auto length = static_cast<std::size_t>(wanted_->range.length());
  if (!wanted_->lease) {
    wanted_->lease = ports_.memory.take(length);
    if (!wanted_->lease) return;
    reader_->want(length);
  }
  if (const auto& failure = reader_->failure()) return fail_part(fetch_error(*failure, source_));
  if (!reader_->enough()) return;
  Wanted part = *std::exchange(wanted_, std::nullopt);
  std::vector<std::byte> bytes = reader_->take(length);
  next_ += bytes.size();
  held_.digest(std::move(bytes), std::move(part.lease), std::move(part.ready));
}

std::optional<Instant> StreamedParts::next_deadline() const {
  if (wanted_ && (!reader_ || (reader_->enough() && wanted_->lease))) return Instant::min();
  return reader_ ? reader_->next_deadline() : std::nullopt;
}

}  // namespace xget::remote
