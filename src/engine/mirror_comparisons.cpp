#include "engine/mirror_comparisons.hpp"

#include <utility>

namespace xget::engine {
namespace {

constexpr Samples kSamples{.last = 64ULL << 10, .each = 16ULL << 10, .at_random = 2};
constexpr Duration kPatience = std::chrono::seconds(10);  // others deliver meanwhile

}  // namespace

void MirrorComparisons::begin(core::MirrorId mirror, core::Representation expected,
                              const RangeSet& held, Instant now) {
  auto check = std::make_unique<SampleCheck>(
      job_.sources, mirror, job_.listener, std::move(expected), core::Validators{},
      choose_samples(held, kSamples, job_.ports.random),
      [file = file_](std::uint64_t offset, std::span<std::byte> into) {
        return file->read_at(offset, into);
      });
  check->begin();
  running_[mirror] = {std::move(check), now,
                      std::min(job_.answer_by(mirror, now), now + kPatience)};
}

void MirrorComparisons::end() {
  for (const auto& [mirror, one] : running_) job_.mirrors.end_comparing(mirror);
  running_.clear();
}

void MirrorComparisons::on_time(Instant now) {
  for (auto it = running_.begin(); it != running_.end();) {
    const bool over = it->second.check->result() || now >= it->second.answer_by;
    if (over) results_.push_back(result_of(it->first, it->second, now));
    it = over ? running_.erase(it) : std::next(it);
  }
}

MirrorComparison MirrorComparisons::result_of(core::MirrorId mirror, const One& one,
                                              Instant now) const {
  const SampleCheck& check = *one.check;
  MirrorComparison result{.mirror = mirror, .round_trip = check.round_trip()};
  if (!check.result()) {
    one.check->end_stalled();
    result.cause = "it does not answer";
    return result;
  }
  result.result = *check.result();
  result.version = check.version();
  if (check.failure()) result.cause = check.failure()->cause;
  if (check.read_error()) result.cause = check.read_error()->cause;
  const double seconds = to_seconds(now - one.begun);
  if (seconds > 0) result.rate = static_cast<double>(check.compared_bytes()) / seconds;
  return result;
}

std::optional<Instant> MirrorComparisons::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [mirror, one] : running_) {
    next = earliest(next, one.check->result() ? Instant::min() : one.answer_by);
  }
  return next;
}

SampleCheck* MirrorComparisons::find(core::FetchId id) const {
  for (const auto& [mirror, one] : running_) {
    if (one.check->owns(id)) return one.check.get();
  }
  return nullptr;
}

bool MirrorComparisons::on_offer(core::FetchId id, const core::Offer& offer) {
  return find(id)->on_offer(id, offer);
}

core::Flow MirrorComparisons::on_bytes(core::FetchId id, std::span<const std::byte> bytes) {
  return find(id)->on_bytes(id, bytes);
}

void MirrorComparisons::on_fetch_end(core::FetchId id, const core::FetchEnd& end) {
  find(id)->on_fetch_end(id, end);
}

}  // namespace xget::engine
