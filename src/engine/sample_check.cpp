#include "engine/sample_check.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace xget::engine {
namespace {

// Some servers cap their ranges, and some connections break off: what came was compared already.
bool may_go_on(const core::FetchEnd& end) {
  return !end.failure || end.failure->kind == core::FailureKind::CutShort;
}

}  // namespace

std::vector<ByteRange> choose_samples(const RangeSet& held, const Samples& how,
                                      core::Random& random) {
  RangeSet chosen;
  const auto ranges = held.ranges();
  if (ranges.empty()) return {};
  const ByteRange last = ranges.back();
  chosen.add({last.end - std::min(how.last, last.length()), last.end});
  const ByteRange first = ranges.front();
  chosen.add({first.begin, first.begin + std::min(how.each, first.length())});
  for (int i = 0; i < how.at_random; ++i) {
    const ByteRange range = ranges[random.next() % ranges.size()];
    const std::uint64_t begin = range.begin + random.next() % range.length();
    chosen.add({begin, std::min(begin + how.each, range.end)});
  }
  return chosen.ranges();
}

SampleCheck::SampleCheck(MirrorSources& sources, core::MirrorId mirror, core::SourceListener& owner,
                         core::Representation expected, core::Validators recorded,
                         const std::vector<ByteRange>& samples, Read read)
    : sources_(sources),
      mirror_(mirror),
      owner_(owner),
      expected_(std::move(expected)),
      recorded_(std::move(recorded)),
      read_(std::move(read)),
      samples_(samples) {}

SampleCheck::~SampleCheck() {
  if (fetch_ != 0) sources_.cancel(fetch_, core::CancelCause::NotWanted);
}

void SampleCheck::end_stalled() {
  if (fetch_ != 0) sources_.cancel(std::exchange(fetch_, 0), core::CancelCause::Stalled);
}

void SampleCheck::fetch_next() {
  fetch_ = 0;
  if (samples_.empty()) {
    result_ = SampleResult::Agree;
    return;
  }
  position_ = samples_.back().begin;
  fetch_ = sources_.fetch(mirror_, {samples_.back(), expected_}, owner_);
}

bool SampleCheck::on_offer(core::FetchId, const core::Offer& offer) {
  const bool other = core::compare_versions(recorded_, offer.representation.validators) ==
                     core::VersionMatch::Different;
  const bool usable = !other && (!offer.whole || samples_.back().begin == 0);
  if (!usable) result_ = SampleResult::Disagree;
  granted_end_ = offer.granted.end;
  round_trip_ = offer.round_trip;
  if (!expected_.validators.any()) expected_.validators = offer.representation.validators;
  return usable;
}

core::Flow SampleCheck::on_bytes(core::FetchId, std::span<const std::byte> bytes) {
  const ByteRange sample = samples_.back();
  const auto wanted = std::min<std::uint64_t>(bytes.size(), sample.end - position_);
  bytes = bytes.first(static_cast<std::size_t>(wanted));
  scratch_.resize(bytes.size());
  const auto read = read_(position_, scratch_);
  if (!read) read_error_ = read.error();
  const bool agrees = read && *read == bytes.size() &&
                      std::memcmp(scratch_.data(), bytes.data(), bytes.size()) == 0;
  if (!agrees) {
    result_ = read ? SampleResult::Disagree : SampleResult::Failed;
    fetch_ = 0;
    return core::Flow::Stop;
  }
  position_ += bytes.size();
  compared_ += bytes.size();
  if (position_ == sample.end && granted_end_ > sample.end) {  // a whole body goes on: cut it
    samples_.pop_back();
    fetch_next();
    return core::Flow::Stop;
  }
  return core::Flow::Continue;
}

void SampleCheck::on_fetch_end(core::FetchId, const core::FetchEnd& end) {
  fetch_ = 0;
  if (result_) return;
  ByteRange& sample = samples_.back();
  if (!end.failure && position_ == sample.end) {
    samples_.pop_back();
    fetch_next();
  } else if (may_go_on(end) && position_ > sample.begin) {
    sample.begin = position_;
    fetch_next();
  } else if (!end.failure) {
    failure_ = core::Failure{.kind = core::FailureKind::CutShort, .cause = "a sample came empty"};
    result_ = SampleResult::Failed;
  } else if (end.failure && end.failure->kind == core::FailureKind::OtherVersion) {
    result_ = SampleResult::Disagree;
  } else {
    failure_ = end.failure;
    result_ = SampleResult::Failed;
  }
}

}  // namespace xget::engine
