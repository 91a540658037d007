// SourceReader: bytes of a Source into memory, a bounded number at a time, in order. Of a version
// that a strong validator names it goes on where it was after any trouble that may pass; of any
// other, only as long as nothing was taken, since the next answer may be of another version.
// Thread: loop. Callbacks only record; on_time() decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/ports.hpp"
#include "core/retry_policy.hpp"
#include "core/source.hpp"

namespace xget::remote {

struct SourceReaderSettings {
  core::RetryLimits retry;
  Duration stall_timeout = std::chrono::seconds(20);
  Duration connect_timeout = std::chrono::seconds(15);
};

class SourceReader final : private core::SourceListener {
 public:
  using TellRetry = std::function<void(const core::Failure& failure, Duration wait)>;

  // `version`: to which the bytes must belong, by a strong validator; nullopt: any one version.
  // `range.end` may be kUnknownEnd. What is given by reference outlives it; `tell_retry` may be
  // null.
  SourceReader(SourceReaderSettings settings, core::Clock& clock, core::Random& random,
               core::Source& source, ByteRange range, std::optional<core::Representation> version,
               TellRetry tell_retry);
  ~SourceReader() override;
  SourceReader(const SourceReader&) = delete;
  SourceReader& operator=(const SourceReader&) = delete;

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // How many bytes are to be held; until this is said, none but the first delivery.
  void want(std::size_t bytes);
  // They are there, or all that there are.
  [[nodiscard]] bool enough() const { return buffer_.size() >= wanted_ || finished_; }
  // At most that many of them, and the number that is wanted is none again.
  std::vector<std::byte> take(std::size_t bytes);
  [[nodiscard]] bool finished() const { return finished_; }  // nothing comes after what is held

  // What the first answer was.
  [[nodiscard]] const std::optional<core::Offer>& offer() const { return offer_; }
  // Its end came as was announced, and not with the connection's.
  [[nodiscard]] bool end_proven() const { return end_proven_; }
  // It is over, and what was wanted does not come.
  [[nodiscard]] const std::optional<core::Failure>& failure() const { return failure_; }

 private:
  void start(Instant now);
  void act_on_end(const core::FetchEnd& end, Instant now);
  void after_failure(const core::Failure& failure, Instant now);
  [[nodiscard]] std::uint64_t position() const { return range_.begin + received_; }

  bool on_offer(core::FetchId id, const core::Offer& offer) override;
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes) override;
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end) override;

  const SourceReaderSettings settings_;
  core::Clock& clock_;
  core::Random& random_;
  core::Source& source_;
  const ByteRange range_;
  const std::optional<core::Representation> version_;
  const TellRetry tell_retry_;
  core::RetryPolicy retry_;

  std::size_t wanted_ = 0;
  std::vector<std::byte> buffer_;
  std::uint64_t received_ = 0;  // bytes, of the range
  std::optional<core::Offer> offer_;
  std::optional<core::Failure> failure_;
  bool finished_ = false;
  bool end_proven_ = false;

  // The attempt.
  core::FetchId fetch_ = 0;  // 0: none runs
  Instant start_at_ = Instant::min();
  Instant started_{};
  Instant goes_on_by_{};         // without another byte then, it has stalled
  std::uint64_t came_with_ = 0;  // bytes, that were there as it began
  std::uint64_t granted_end_ = 0;
  bool answered_ = false;
  bool paused_ = false;
  bool wake_ = true;  // on_time() has something to do now
  std::optional<core::FetchEnd> end_;
};

}  // namespace xget::remote
