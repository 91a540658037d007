#include "engine/trace.hpp"

namespace xget::engine {

Trace::Trace(core::TraceSink& sink, JobId job, std::string_view name, Instant now)
    : sink_(sink), job_(job), begun_(now) {
  add(event(TracePhase::Metadata, "process_name", kJobTrack, begun_).with("name", name));
  name_track(kJobTrack, "job");
  name_track(kCheckpointTrack, "checkpoints");
}

void Trace::name_track(int track, const std::string& name) {
  if (!named_tracks_.insert(track).second) return;
  add(event(TracePhase::Metadata, "thread_name", track, begun_).with("name", name));
  add(event(TracePhase::Metadata, "thread_sort_index", track, begun_).with("sort_index", track));
}

void Trace::name_connection_track(int track) {
  name_track(track, "connection " + std::to_string(track - kFirstConnectionTrack + 1));
}

void Trace::enter_stage(std::string_view stage, Instant now) {
  if (stage == stage_) return;
  if (!stage_.empty()) add(event(TracePhase::End, stage_, kJobTrack, now));
  if (!stage.empty()) add(event(TracePhase::Begin, stage, kJobTrack, now));
  stage_ = stage;
}

void Trace::retry_told(std::string_view url, std::string_view cause, Duration wait, Instant now) {
  add(event(TracePhase::Instant, "retry", kJobTrack, now)
          .with("url", url)
          .with("cause", cause)
          .with("wait_ms", to_milliseconds(wait)));
}

void Trace::note_told(std::string_view text, Instant now) {
  add(event(TracePhase::Instant, "note", kJobTrack, now).with("text", text));
}

void Trace::checkpoint_begun(Duration on_loop, Instant now) {
  add(event(TracePhase::Begin, "checkpoint", kCheckpointTrack, now)
          .with("on_loop_ms", to_milliseconds(on_loop)));
}

void Trace::checkpoint_ended(std::uint64_t durable_bytes, Instant now) {
  add(event(TracePhase::End, "checkpoint", kCheckpointTrack, now).with("durable", durable_bytes));
}

void Trace::finished(std::uint64_t received, std::uint64_t wasted, Instant now) {
  add(event(TracePhase::Instant, "finished", kJobTrack, now)
          .with("received", received)
          .with("wasted", wasted));
}

}  // namespace xget::engine
