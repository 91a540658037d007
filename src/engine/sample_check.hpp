// SampleCheck: fetches some ranges of what is held again, from one mirror, and compares them with
// the bytes on the disk. It finds a change with high probability and proves nothing: what rests on
// it is said so. Thread: loop.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/source.hpp"
#include "engine/mirror_sources.hpp"
#include "xget/error.hpp"

namespace xget::engine {

enum class SampleResult { Agree, Disagree, Failed };

struct Samples {
  std::uint64_t last = 1ULL << 20;  // bytes before the end of what is held
  std::uint64_t each = 64ULL << 10;
  int at_random = 8;
};

// Which ranges of `held`: its last bytes among them, the first ones, some at random places.
std::vector<ByteRange> choose_samples(const RangeSet& held, const Samples& how,
                                      core::Random& random);

class SampleCheck {
 public:
  using Read = std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::byte> into)>;

  // `expected` is what the mirror offers, as far as it is known; `recorded` what was known of the
  // held bytes, of which `read` gives those that `samples` names.
  SampleCheck(MirrorSources& sources, core::MirrorId mirror, core::SourceListener& owner,
              core::Representation expected, core::Validators recorded,
              const std::vector<ByteRange>& samples, Read read);
  ~SampleCheck();
  SampleCheck(const SampleCheck&) = delete;
  SampleCheck& operator=(const SampleCheck&) = delete;

  void begin() { fetch_next(); }
  void end_stalled();  // no result: nothing comes
  [[nodiscard]] bool owns(core::FetchId id) const { return id == fetch_; }
  bool on_offer(core::FetchId id, const core::Offer& offer);
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes);
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end);

  [[nodiscard]] std::optional<SampleResult> result() const { return result_; }
  [[nodiscard]] const std::optional<core::Failure>& failure() const { return failure_; }
  [[nodiscard]] const std::optional<Error>& read_error() const { return read_error_; }
  [[nodiscard]] std::uint64_t compared_bytes() const { return compared_; }
  // What was expected, with the validators of the first answer where there were none.
  [[nodiscard]] const core::Representation& version() const { return expected_; }
  [[nodiscard]] Duration round_trip() const { return round_trip_; }

 private:
  void fetch_next();

  MirrorSources& sources_;
  const core::MirrorId mirror_;
  core::SourceListener& owner_;
  core::Representation expected_;
  core::Validators recorded_;
  Read read_;
  std::vector<ByteRange> samples_;  // the next one last
  core::FetchId fetch_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t granted_end_ = 0;
  std::uint64_t compared_ = 0;
  Duration round_trip_{};
  std::vector<std::byte> scratch_;
  std::optional<SampleResult> result_;
  std::optional<core::Failure> failure_;
  std::optional<Error> read_error_;
};

}  // namespace xget::engine
