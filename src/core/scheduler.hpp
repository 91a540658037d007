// The scheduler: which connection fetches which range from which mirror, when to cut, when to wait,
// when to stop.
//
//   on(Event, now) → Actions
//
// Pure: no I/O, no thread, no clock; dice come in through Random. It knows neither HTTP nor files.
//
// What it aims at (measured, see the numbers in src/README.md):
// - ranges are handed out from the front, each about 32 round trips or half a second long at its
//   connection's rate and shrinking with what is left, so that responses end by themselves; near
//   the end, and while the number of connections grows, shorter than a piece;
// - a cut costs its connection, so only the tail, the open-ended first response and ranges that
//   were handed out when fewer connections shared the work are cut;
// - a connection without work takes over half of what the slowest one still has to do; where that
//   is too little to be split it asks for the same bytes once more (a hedge), and whoever has them
//   first wins;
// - the next connection goes to the mirror where it promises most.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/byte_range.hpp"
#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/mirrors.hpp"
#include "core/ports.hpp"
#include "core/rate_estimator.hpp"
#include "xget/options.hpp"

namespace xget::core {

using SegmentId = std::uint64_t;  // never 0, never used twice

// ---- events -------------------------------------------------------------------------------

// The probe's response goes on as a segment. `granted_end` is where its body ends by itself.
struct SegmentAdopted {
  ByteRange range;
  std::uint64_t granted_end;
  Duration round_trip;
};
// A segment's response was judged usable.
struct SegmentOpened {
  SegmentId id;
  std::uint64_t granted_end;
  Duration round_trip;
};
// Bytes up to `position` have arrived; they are written before the segment ends.
struct SegmentAdvanced {
  SegmentId id;
  std::uint64_t position;
};
// What is known of the way that its bytes take.
struct SegmentPath {
  SegmentId id;
  PathFacts facts;
};
// It takes no bytes because we asked it not to (rate limit, full window).
struct SegmentPaused {
  SegmentId id;
  bool paused;
};
// No failure: its response came to its end, or it was cut where it should be.
struct SegmentEnded {
  SegmentId id;
  std::optional<Failure> failure;
};
// Held bytes proved bad: fetch them again.
struct RangeLost {
  ByteRange range;
};
// No byte at or after `end` can be taken for now (ordered output).
struct WindowMoved {
  std::uint64_t end;
};
// The loop could not run for so long (a blocked write, a stopped process): nobody's stall.
struct LoopBlocked {
  Duration length;
};
// The mirror has the same bytes. `rate` and `round_trip`: as far as that showed them, else 0.
struct MirrorAdmitted {
  MirrorId mirror;
  double rate;  // bytes per second
  Duration round_trip;
};
// It could not show that it has.
struct MirrorFailed {
  MirrorId mirror;
};
// It has other bytes: what it sends is not wanted.
struct MirrorExpelled {
  MirrorId mirror;
};
// A deadline passed.
struct Tick {};

using SchedulerEvent =
    std::variant<SegmentAdopted, SegmentOpened, SegmentAdvanced, SegmentPath, SegmentPaused,
                 SegmentEnded, RangeLost, WindowMoved, LoopBlocked, MirrorAdmitted, MirrorFailed,
                 MirrorExpelled, Tick>;

// ---- actions ------------------------------------------------------------------------------

struct StartSegment {
  SegmentId id;
  MirrorId mirror;
  ByteRange range;
  SegmentId twin = 0;  // a hedge: of this one, which fetches the same bytes; 0: none does
};
// From now on the segment ends here; its response goes further and must be cut there.
struct CutSegment {
  SegmentId id;
  std::uint64_t end;
};
enum class CancelReason {
  Stalled,     // no bytes, or no answer, for too long
  Crawls,      // far slower than it was, and than the others
  Unanswered,  // a connection that was free asks for the same bytes instead
  TwinWon,     // its twin has them already
  Expelled,    // its mirror has other bytes
};
const char* to_string(CancelReason reason);
// Drop the response now; the segment is forgotten already.
struct CancelSegment {
  SegmentId id;
  CancelReason reason;
};
// Before its next start: forget where redirects led.
struct StartOver {
  MirrorId mirror;
};
// Find out whether it has the same bytes, and tell.
struct CompareMirror {
  MirrorId mirror;
};
// A failed range is asked for again after the wait: for those who watch.
struct RetryLater {
  MirrorId mirror;
  Failure failure;
  Duration wait;
};
// Only the job can go on from here: the source does not serve ranges, or the version is in doubt.
struct Reconsider {
  MirrorId mirror;
  Failure failure;
  Duration wait;         // before the next request
  bool refresh = false;  // the URL is refused: a fresh one is needed first
};
// Retries are used up, or nothing can help, or the server asked for a wait that is too long.
struct GiveUp {
  MirrorId mirror;
  Failure failure;
};
// Every byte is written.
struct AllWritten {};

using SchedulerAction = std::variant<StartSegment, CutSegment, CancelSegment, StartOver,
                                     CompareMirror, RetryLater, Reconsider, GiveUp, AllWritten>;
using SchedulerActions = std::vector<SchedulerAction>;

// ---- the scheduler ------------------------------------------------------------------------

struct SchedulerPlan {
  std::uint64_t size = kUnknownEnd;
  std::uint64_t piece_length = 1;
  bool ranges = true;         // false: one stream from 0
  bool split = true;          // false: all that is missing in a row comes in one response
  RangeSet held;              // not to be fetched
  MirrorId mirror = 0;        // whose version it is
  bool more_mirrors = false;  // others may be compared with what is held, and then serve too
  int most_connections = kMostConnections;
  Duration stall_timeout = std::chrono::seconds(20);
  Duration connect_timeout = std::chrono::seconds(15);
  std::uint64_t crawl_rate = 1024;  // bytes per second; slower than this for a stall timeout
                                    // is as good as stalled
  // Ordered output: no byte at or after window_end can be taken for now, and that is never more
  // than window_length ahead of the front.
  std::uint64_t window_end = kUnknownEnd;
  std::uint64_t window_length = kUnknownEnd;
};

class Scheduler {
 public:
  // `mirrors` and `random` must outlive it.
  Scheduler(SchedulerPlan plan, Mirrors& mirrors, Random& random);

  [[nodiscard]] SchedulerActions on(const SchedulerEvent& event, Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] int receiving() const;  // segments whose response is open
  // A new id for a segment that the caller adopts with SegmentAdopted is the next id.
  [[nodiscard]] SegmentId next_id() const { return next_id_; }

 private:
  static constexpr std::uint64_t kSmallestRange = 256ULL << 10;

  // How fast it is against its own past.
  struct Pace {
    Instant begun{};
    std::uint64_t bytes = 0;  // since then
    double best = 0;          // rate of any span before
  };
  struct Segment {
    SegmentId id = 0;
    MirrorId mirror = 0;
    std::uint64_t position = 0;
    std::uint64_t end = 0;  // where it shall end
    std::uint64_t asked_end = 0;
    std::uint64_t granted_end = 0;  // where its response ends by itself; 0 until opened
    Duration round_trip{};
    std::optional<std::uint64_t> out_of_order;  // packets on its connection, when last seen
    SegmentId twin = 0;                         // that fetches the same last bytes; 0: none
    bool opened = false;
    bool paused = false;
    Instant started{};
    Instant opened_at{};
    Instant last_activity{};
    Instant window_start{};  // of the crawl check
    std::uint64_t window_bytes = 0;
    Pace pace;
    RateEstimator rate;

    [[nodiscard]] std::uint64_t left() const { return end - position; }
  };

  void handle(const SegmentAdopted& event, Instant now);
  void handle(const SegmentOpened& event, Instant now);
  void handle(const SegmentAdvanced& event, Instant now);
  void handle(const SegmentPath& event, Instant now);
  void handle(const SegmentPaused& event, Instant now);
  void handle(const SegmentEnded& event, Instant now);
  void handle(const RangeLost& event, Instant now);
  void handle(const WindowMoved& event, Instant now);
  void handle(const LoopBlocked& event, Instant now);
  void handle(const MirrorAdmitted& event, Instant now);
  void handle(const MirrorFailed& event, Instant now);
  void handle(const MirrorExpelled& event, Instant now);
  void handle(const Tick& event, Instant now);

  Segment* find(SegmentId id);
  Segment& add_segment(MirrorId mirror, ByteRange range, Instant now);
  // What neither it nor its twin brings is missing again.
  void finish_segment(SegmentId id, bool failed, Instant now);
  bool leave_to_twin(const Segment& ended, bool failed);
  void note_answer(Mirror& mirror, Duration answer, std::uint64_t asked,
                   std::uint64_t granted) const;
  [[nodiscard]] int segments_of(MirrorId mirror) const;
  [[nodiscard]] int receiving(MirrorId mirror) const;
  [[nodiscard]] bool any_delivers() const;
  [[nodiscard]] bool delivers(MirrorId mirror) const;
  // `attempt` is without what others do meanwhile.
  void after_failure(MirrorId id, const Failure& failure, RetryPolicy::Attempt attempt,
                     Instant now);
  bool leave_mirror(MirrorId id, Duration wait, Instant now);
  void ask_others(MirrorId failed, const Failure& failure, Instant now);
  void stop_with(SchedulerAction action);
  [[nodiscard]] bool held_back() const;  // by us, not by the server: no byte can be taken
  void check_stalls(Instant now);
  void end_stalled(SegmentId id, Instant now);
  [[nodiscard]] bool stalled(const Segment& segment, Instant now) const;
  [[nodiscard]] Instant stall_deadline(const Segment& segment) const;
  [[nodiscard]] Duration patience(MirrorId mirror) const;
  void check_crawlers(Instant now);
  [[nodiscard]] bool may_crawl(const Segment& segment) const;
  [[nodiscard]] Duration pace_span(const Segment& segment) const;
  void compare_mirrors(Instant now);
  void reconsider_if_nobody_serves();

  void fill(Instant now);                            // starts segments while connections are free
  [[nodiscard]] int connections(Instant now) const;  // that may be used
  [[nodiscard]] int connections_soon(Instant now) const;
  [[nodiscard]] std::optional<MirrorId> next_mirror(
      Instant now, std::optional<MirrorId> but = std::nullopt) const;
  [[nodiscard]] double promise_of(MirrorId mirror, Instant now) const;
  [[nodiscard]] std::uint64_t window_share(int connections) const;
  [[nodiscard]] std::optional<ByteRange> pick(MirrorId mirror, Instant now) const;
  [[nodiscard]] std::uint64_t range_length(MirrorId mirror, Instant now) const;
  [[nodiscard]] std::uint64_t capped(MirrorId mirror, std::uint64_t begin, std::uint64_t end) const;
  void trim(Instant now);
  [[nodiscard]] double total_rate(Instant now) const;
  [[nodiscard]] bool worth_another(MirrorId mirror, Instant now) const;
  void take_from(Segment& segment, std::uint64_t middle);
  [[nodiscard]] std::optional<ByteRange> take_over(MirrorId mirror, Instant now);
  [[nodiscard]] std::optional<ByteRange> take_over_unanswered(MirrorId mirror, Instant now);
  bool hedge(Instant now);
  [[nodiscard]] Segment* ends_last(Instant now);
  [[nodiscard]] std::uint64_t bytes_left() const;
  // Of a connection to it that is free now: its own if it was seen to work, else that of the
  // others; 0: unknown.
  [[nodiscard]] double expected_rate(MirrorId mirror, Instant now) const;
  [[nodiscard]] double believed_rate(const Segment& segment, Instant now) const;
  // Of its mirror; infinity: there are none.
  [[nodiscard]] double mean_rate_of_others(const Segment& one, Instant now) const;
  [[nodiscard]] Duration mean_round_trip(MirrorId mirror) const;
  // Seconds until another segment brings its first byte.
  [[nodiscard]] double setup_time(MirrorId mirror) const;
  [[nodiscard]] std::uint64_t end_after(std::uint64_t begin, std::uint64_t length) const;

  SchedulerPlan plan_;
  Mirrors& mirrors_;
  Random& random_;

  RangeSet missing_;  // neither held nor assigned to a segment
  std::vector<Segment> segments_;
  std::uint64_t window_end_;
  SegmentId next_id_ = 1;
  std::uint64_t furthest_ = 0;  // position that any segment reached
  bool stopped_ = false;        // GiveUp or Reconsider was said
  bool all_written_ = false;
  SchedulerActions actions_;
};

}  // namespace xget::core
