// The scheduler's tail: who helps whom when all that is missing is handed out.
#include <algorithm>

#include "core/scheduler.hpp"

namespace xget::core {
namespace {

constexpr std::uint64_t kSmallestTakeOver = 64ULL << 10;
constexpr std::uint64_t kTakeOverAlignment = 16ULL << 10;
constexpr double kTimeTooLong = 2.5;  // for one range, of the time that all will take
constexpr double kHedgeGains = 2;     // a hedge is to end in half the time at most
constexpr int kAnswersOfPatienceInTail = 4;
constexpr Duration kLeastPatienceInTail = std::chrono::seconds(1);

}  // namespace

// What was handed out when fewer shared the work may be more than its connection can bring before
// all the rest is there.
void Scheduler::trim(Instant now) {
  if (!plan_.ranges || receiving() == 0) return;
  const double more = std::max(1.0, static_cast<double>(connections(now)) / receiving());
  const double total = std::max(total_rate(now) * more, 1.0);  // once the others are there
  const double fair_time = kTimeTooLong * static_cast<double>(bytes_left()) / total;
  for (Segment& segment : segments_) {
    if (!segment.opened || segment.paused || segment.twin != 0) continue;
    const auto fair = static_cast<std::uint64_t>(believed_rate(segment, now) * fair_time);
    const std::uint64_t end = end_after(segment.position, std::max(fair, kSmallestRange));
    if (end + kSmallestRange >= segment.end) continue;
    missing_.add({end, segment.end});
    take_from(segment, end);
  }
}

// A request that is not answered while a connection is free: that one asks instead.
std::optional<ByteRange> Scheduler::take_over_unanswered(MirrorId mirror, Instant now) {
  const Duration longest_answer = mirrors_.at(mirror).longest_answer;
  if (longest_answer == Duration::zero()) return std::nullopt;  // it answers nobody yet
  const Duration patience =
      std::max(kLeastPatienceInTail, kAnswersOfPatienceInTail * longest_answer);
  for (const Segment& segment : segments_) {
    if (segment.opened || segment.twin != 0 || now - segment.last_activity < patience) continue;
    const ByteRange range{segment.position, segment.end};
    const SegmentId id = segment.id;
    const MirrorId silent = segment.mirror;
    actions_.emplace_back(CancelSegment{id, CancelReason::Unanswered});
    finish_segment(id, true, now);
    mirrors_.at(silent).connections->on_refusal(segments_of(silent) + 1, Duration::zero(), now);
    return ByteRange{range.begin, capped(mirror, range.begin, range.end)};
  }
  return std::nullopt;
}

// Splits the rest of the segment that would end last, in proportion to the speeds of the two.
std::optional<ByteRange> Scheduler::take_over(MirrorId mirror, Instant now) {
  if (!plan_.ranges) return std::nullopt;
  if (auto unanswered = take_over_unanswered(mirror, now)) return unanswered;
  const double fresh_rate = expected_rate(mirror, now);
  Segment* slowest = ends_last(now);
  if (fresh_rate <= 0 || slowest == nullptr) return std::nullopt;
  if (slowest->left() < 2 * kSmallestTakeOver || slowest->end > window_end_) return std::nullopt;
  const double own_rate = believed_rate(*slowest, now);
  // Both end together if the newcomer, after its set-up, takes this much.
  const double share = fresh_rate *
                       (static_cast<double>(slowest->left()) - own_rate * setup_time(mirror)) /
                       (own_rate + fresh_rate);
  if (share < static_cast<double>(kSmallestTakeOver)) return std::nullopt;
  std::uint64_t middle = slowest->end - static_cast<std::uint64_t>(share);
  middle += kTakeOverAlignment - 1;
  middle -= middle % kTakeOverAlignment;
  const std::uint64_t longest = mirrors_.at(mirror).range_cap.longest();
  if (slowest->end - middle > longest) middle = slowest->end - longest;
  if (middle <= slowest->position || middle >= slowest->end) return std::nullopt;
  const ByteRange taken{middle, slowest->end};
  take_from(*slowest, middle);
  return taken;
}

void Scheduler::take_from(Segment& segment, std::uint64_t middle) {
  segment.end = middle;
  actions_.emplace_back(CutSegment{segment.id, middle});
}

// Of those that a connection without work could help.
Scheduler::Segment* Scheduler::ends_last(Instant now) {
  Segment* slowest = nullptr;
  double latest = 0;
  for (Segment& segment : segments_) {
    if (!segment.opened || segment.paused || segment.twin != 0) continue;
    const double time_left = static_cast<double>(segment.left()) / believed_rate(segment, now);
    if (time_left <= latest) continue;
    latest = time_left;
    slowest = &segment;
  }
  return slowest;
}

// Asks for the last bytes of the slowest segment once more, of another mirror if there is one: its
// own may be what is slow.
bool Scheduler::hedge(Instant now) {
  Segment* slowest = plan_.ranges ? ends_last(now) : nullptr;
  if (slowest == nullptr || slowest->end > window_end_) return false;
  auto helper = next_mirror(now, slowest->mirror);
  if (!helper) helper = next_mirror(now);
  if (!helper) return false;
  const MirrorId mirror = *helper;
  const double fresh_rate = expected_rate(mirror, now);
  if (fresh_rate <= 0) return false;
  const auto left = static_cast<double>(slowest->left());
  const double alone = left / believed_rate(*slowest, now);
  const double fresh = setup_time(mirror) + left / fresh_rate;
  if (left <= 0 || alone < kHedgeGains * fresh) return false;
  const SegmentId first = slowest->id;
  const ByteRange range{slowest->position, slowest->end};
  if (range.length() > mirrors_.at(mirror).range_cap.longest()) return false;
  Segment& second = add_segment(mirror, range, now);
  second.twin = first;
  find(first)->twin = second.id;
  actions_.emplace_back(StartSegment{second.id, mirror, range, first});
  return true;
}

// Both twins have or fetch all bytes up to the end that they share: one of them is enough. False:
// it has none.
bool Scheduler::leave_to_twin(const Segment& ended, bool failed) {
  Segment* twin = ended.twin == 0 ? nullptr : find(ended.twin);
  if (twin == nullptr) return false;
  twin->twin = 0;
  if (failed || ended.left() > 0) return true;
  const SegmentId loser = twin->id;
  std::erase_if(segments_, [loser](const Segment& other) { return other.id == loser; });
  actions_.emplace_back(CancelSegment{loser, CancelReason::TwinWon});
  return true;
}

}  // namespace xget::core
