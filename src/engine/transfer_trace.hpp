// TransferTrace: draws one Transfer on its job's timeline: what the scheduler was told and what it
// decided. A segment is a slice on its connection's track, from its start to its end, with what it
// waited for inside; connections that are tried and left, bytes a second and wasted bytes are
// counters; the rest are instants. A track is a place among those in use, not a TCP connection.
// Arriving bytes are too many for a line each: slices and counters tell them.
// Thread: loop.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/mirrors.hpp"
#include "core/scheduler.hpp"
#include "engine/mirror_sources.hpp"
#include "engine/trace.hpp"

namespace xget::engine {

// How far a transfer is.
struct TransferCounts {
  int receiving = 0;           // connections
  std::uint64_t received = 0;  // bytes
  std::uint64_t wasted = 0;    // of those
};

class TransferTrace {
 public:
  static constexpr Duration kCountersEvery = std::chrono::milliseconds(100);

  // All must outlive it.
  TransferTrace(Trace& trace, const MirrorSources& sources, const core::Mirrors& mirrors,
                Instant now);

  // The probe's response goes on as this segment. Before the scheduler hears of it.
  void adopted(core::SegmentId id, core::MirrorId mirror, ByteRange range,
               const std::string& address, Instant now);
  // Before the scheduler hears that it is open.
  void answered_by(core::SegmentId id, const std::string& address);
  void decided(const core::SchedulerEvent& event, const core::SchedulerActions& actions,
               Instant now);
  // As often as one likes: it is drawn now and then.
  void count(const TransferCounts& counts, Instant now);
  void end(Instant now);  // of the segments that still run

 private:
  struct Segment {
    std::string name;
    int track = 0;
    core::MirrorId mirror = 0;
    std::string address;  // that answered
    std::uint64_t begin = 0;
    std::uint64_t position = 0;
    std::uint64_t end = 0;
    std::uint64_t granted_end = 0;
    Instant opened_at{};
    bool opened = false;
    bool paused = false;
  };

  void on(const core::SegmentAdopted&, Instant) {}  // adopted() told more
  void on(const core::SegmentOpened& event, Instant now);
  void on(const core::SegmentAdvanced& event, Instant now);
  void on(const core::SegmentPath&, Instant) {}
  void on(const core::SegmentPaused& event, Instant now);
  void on(const core::SegmentEnded& event, Instant now);
  void on(const core::RangeLost& event, Instant now);
  void on(const core::WindowMoved& event, Instant now);
  void on(const core::LoopBlocked& event, Instant now);
  void on(const core::MirrorAdmitted& event, Instant now);
  void on(const core::MirrorFailed& event, Instant now);
  void on(const core::MirrorExpelled& event, Instant now);
  void on(const core::Tick&, Instant) {}

  void on(const core::StartSegment& action, Instant now);
  void on(const core::CutSegment& action, Instant now);
  void on(const core::CancelSegment& action, Instant now);
  void on(const core::StartOver& action, Instant now);
  void on(const core::CompareMirror& action, Instant now);
  void on(const core::RetryLater&, Instant) {}  // the job tells it
  void on(const core::Reconsider& action, Instant now);
  void on(const core::GiveUp& action, Instant now);
  void on(const core::AllWritten& action, Instant now);

  [[nodiscard]] Segment* find(core::SegmentId id);
  Segment& begin_segment(core::SegmentId id, core::MirrorId mirror, ByteRange range,
                         core::SegmentId twin, Instant now);
  void end_segment(core::SegmentId id, std::string_view how, std::string_view cause, Instant now);
  [[nodiscard]] int free_track() const;
  [[nodiscard]] TraceEvent mark(std::string_view name, Instant now) const;
  void mark_mirror(std::string_view name, core::MirrorId mirror, Instant now);
  void mark_end(std::string_view name, core::MirrorId mirror, const core::Failure& failure,
                Instant now);
  [[nodiscard]] int note_steps(Instant now);

  Trace& trace_;
  const MirrorSources& sources_;
  const core::Mirrors& mirrors_;
  std::map<core::SegmentId, Segment> segments_;
  std::set<int> tracks_;                   // in use
  std::map<core::MirrorId, int> targets_;  // connections each mirror was last said to be worth
  Instant counted_at_;
  std::uint64_t counted_ = 0;  // received bytes, then
};

}  // namespace xget::engine
