#include "engine/transfer_trace.hpp"

#include <string>
#include <utility>
#include <variant>

namespace xget::engine {
namespace {

// Slices inside a segment's.
constexpr std::string_view kWaits = "waits for the answer";
constexpr std::string_view kHeldBack = "held back";

}  // namespace

TransferTrace::TransferTrace(Trace& trace, const MirrorSources& sources,
                             const core::Mirrors& mirrors, Instant now)
    : trace_(trace), sources_(sources), mirrors_(mirrors), counted_at_(now) {}

void TransferTrace::decided(const core::SchedulerEvent& event,
                            const core::SchedulerActions& actions, Instant now) {
  std::visit([&](const auto& one) { on(one, now); }, event);
  for (const core::SchedulerAction& action : actions) {
    std::visit([&](const auto& one) { on(one, now); }, action);
  }
}

// ---- segments -----------------------------------------------------------------------------

TransferTrace::Segment* TransferTrace::find(core::SegmentId id) {
  const auto it = segments_.find(id);
  return it == segments_.end() ? nullptr : &it->second;
}

int TransferTrace::free_track() const {
  int track = Trace::kFirstConnectionTrack;
  for (const int used : tracks_) {
    if (used != track) break;
    ++track;
  }
  return track;
}

TransferTrace::Segment& TransferTrace::begin_segment(core::SegmentId id, core::MirrorId mirror,
                                                     ByteRange range, core::SegmentId twin,
                                                     Instant now) {
  const int track = free_track();
  tracks_.insert(track);
  trace_.name_connection_track(track);
  std::string name = to_string(range);
  TraceEvent event = trace_.event(TracePhase::Begin, name, track, now);
  event.with("segment", id).with("mirror", sources_.name(mirror)).with("begin", range.begin);
  if (range.end != kUnknownEnd) event.with("end", range.end);
  if (twin != 0) event.with("hedge_of", twin);
  trace_.add(event);
  return segments_[id] = {.name = std::move(name),
                          .track = track,
                          .mirror = mirror,
                          .address = {},
                          .begin = range.begin,
                          .position = range.begin,
                          .end = range.end};
}

void TransferTrace::adopted(core::SegmentId id, core::MirrorId mirror, ByteRange range,
                            const std::string& address, Instant now) {
  Segment& segment = begin_segment(id, mirror, range, 0, now);
  segment.address = address;
  segment.opened = true;
  segment.opened_at = now;
  segment.granted_end = range.end;
}

void TransferTrace::answered_by(core::SegmentId id, const std::string& address) {
  if (Segment* segment = find(id)) segment->address = address;
}

void TransferTrace::on(const core::StartSegment& action, Instant now) {
  const Segment& segment = begin_segment(action.id, action.mirror, action.range, action.twin, now);
  trace_.add(trace_.event(TracePhase::Begin, kWaits, segment.track, now));
}

void TransferTrace::on(const core::SegmentOpened& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  segment->opened = true;
  segment->opened_at = now;
  segment->granted_end = event.granted_end;
  trace_.add(trace_.event(TracePhase::End, kWaits, segment->track, now)
                 .with("round_trip_ms", to_milliseconds(event.round_trip)));
}

void TransferTrace::on(const core::SegmentAdvanced& event, Instant) {
  if (Segment* segment = find(event.id)) segment->position = event.position;
}

void TransferTrace::on(const core::SegmentPaused& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr || segment->paused == event.paused) return;
  segment->paused = event.paused;
  const TracePhase phase = event.paused ? TracePhase::Begin : TracePhase::End;
  trace_.add(trace_.event(phase, kHeldBack, segment->track, now));
}

void TransferTrace::on(const core::SegmentEnded& event, Instant now) {
  const Segment* segment = find(event.id);
  if (segment == nullptr) return;
  if (event.failure) {
    return end_segment(event.id, to_string(event.failure->kind), event.failure->cause, now);
  }
  end_segment(event.id, segment->granted_end > segment->end ? "cut" : "complete", "", now);
}

void TransferTrace::on(const core::CutSegment& action, Instant now) {
  Segment* segment = find(action.id);
  if (segment == nullptr) return;
  segment->end = action.end;
  trace_.add(trace_.event(TracePhase::Instant, "to be cut", segment->track, now)
                 .with("segment", action.id)
                 .with("end", action.end));
}

void TransferTrace::on(const core::CancelSegment& action, Instant now) {
  end_segment(action.id, "cancelled", to_string(action.reason), now);
}

void TransferTrace::end_segment(core::SegmentId id, std::string_view how, std::string_view cause,
                                Instant now) {
  const Segment* segment = find(id);
  if (segment == nullptr) return;
  const int track = segment->track;
  if (segment->paused) trace_.add(trace_.event(TracePhase::End, kHeldBack, track, now));
  if (!segment->opened) trace_.add(trace_.event(TracePhase::End, kWaits, track, now));
  TraceEvent event = trace_.event(TracePhase::End, segment->name, track, now);
  event.with("how", how).with("position", segment->position);
  if (!cause.empty()) event.with("cause", cause);
  if (!segment->address.empty()) event.with("address", segment->address);
  const double seconds = segment->opened ? to_seconds(now - segment->opened_at) : 0;
  const auto bytes = static_cast<double>(segment->position - segment->begin);
  if (seconds > 0) event.with("bytes_per_second", bytes / seconds);
  trace_.add(event);
  tracks_.erase(track);
  segments_.erase(id);
}

void TransferTrace::end(Instant now) {
  while (!segments_.empty()) {
    end_segment(segments_.begin()->first, "cancelled", "the transfer ended", now);
  }
}

// ---- instants -----------------------------------------------------------------------------

TraceEvent TransferTrace::mark(std::string_view name, Instant now) const {
  return trace_.event(TracePhase::Instant, name, Trace::kJobTrack, now);
}

void TransferTrace::mark_mirror(std::string_view name, core::MirrorId mirror, Instant now) {
  trace_.add(mark(name, now).with("mirror", sources_.name(mirror)));
}

void TransferTrace::mark_end(std::string_view name, core::MirrorId mirror,
                             const core::Failure& failure, Instant now) {
  trace_.add(mark(name, now)
                 .with("mirror", sources_.name(mirror))
                 .with("failure", core::to_string(failure.kind))
                 .with("cause", failure.cause));
}

void TransferTrace::on(const core::RangeLost& event, Instant now) {
  trace_.add(mark("to be fetched again", now)
                 .with("begin", event.range.begin)
                 .with("end", event.range.end));
}

void TransferTrace::on(const core::WindowMoved& event, Instant now) {
  if (event.end != kUnknownEnd) trace_.add(mark("window moved", now).with("end", event.end));
}

void TransferTrace::on(const core::LoopBlocked& event, Instant now) {
  trace_.add(mark("loop was blocked", now).with("for_ms", to_milliseconds(event.length)));
}

void TransferTrace::on(const core::MirrorAdmitted& event, Instant now) {
  mark_mirror("mirror admitted", event.mirror, now);
}

void TransferTrace::on(const core::MirrorFailed& event, Instant now) {
  mark_mirror("mirror left for now", event.mirror, now);
}

void TransferTrace::on(const core::MirrorExpelled& event, Instant now) {
  mark_mirror("mirror expelled", event.mirror, now);
}

void TransferTrace::on(const core::StartOver& action, Instant now) {
  mark_mirror("redirects forgotten", action.mirror, now);
}

void TransferTrace::on(const core::CompareMirror& action, Instant now) {
  mark_mirror("mirror compared", action.mirror, now);
}

void TransferTrace::on(const core::Reconsider& action, Instant now) {
  mark_end("in doubt", action.mirror, action.failure, now);
}

void TransferTrace::on(const core::GiveUp& action, Instant now) {
  mark_end("given up", action.mirror, action.failure, now);
}

void TransferTrace::on(const core::AllWritten&, Instant now) {
  trace_.add(mark("all written", now));
}

// ---- counters -----------------------------------------------------------------------------

// The connections that are wanted, of all mirrors.
int TransferTrace::note_steps(Instant now) {
  int sum = 0;
  for (const core::MirrorId id : mirrors_.ready()) {
    const core::ConnectionPolicy& policy = *mirrors_.at(id).connections;
    const int target = policy.target(now);
    sum += target;
    const int before = std::exchange(targets_[id], target);
    if (before == target) continue;
    trace_.add(mark("connections", now)
                   .with("mirror", sources_.name(id))
                   .with("from", before)
                   .with("to", target)
                   .with("stage", policy.stage()));
  }
  return sum;
}

void TransferTrace::count(const TransferCounts& counts, Instant now) {
  const int wanted = note_steps(now);
  const Duration since = now - counted_at_;
  if (since < kCountersEvery) return;
  const auto counter = [&](std::string_view name) {
    return trace_.event(TracePhase::Counter, name, Trace::kJobTrack, now);
  };
  trace_.add(counter("connections").with("receiving", counts.receiving).with("wanted", wanted));
  const auto came = static_cast<double>(counts.received - counted_);
  trace_.add(counter("bytes per second").with("received", came / to_seconds(since)));
  trace_.add(counter("wasted bytes").with("wasted", counts.wasted));
  counted_at_ = now;
  counted_ = counts.received;
}

}  // namespace xget::engine
