// Trace: a job's timeline. Its tracks: the job's stages with what happens to it as a whole, its
// checkpoints, and a track for each connection, which TransferTrace draws.
// Nothing in it is a secret: URLs are named as MirrorSources names them.
// Thread: loop.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/ports.hpp"
#include "engine/trace_event.hpp"

namespace xget::engine {

class Trace {
 public:
  static constexpr int kJobTrack = 0;
  static constexpr int kCheckpointTrack = 1;
  static constexpr int kFirstConnectionTrack = 2;

  // `sink` must outlive it. `name`: of the job, for people.
  Trace(core::TraceSink& sink, JobId job, std::string_view name, Instant now);

  [[nodiscard]] TraceEvent event(TracePhase phase, std::string_view name, int track,
                                 Instant now) const {
    return {phase, name, job_, track, now};
  }
  void add(const TraceEvent& event) { sink_.add(event.line()); }
  // Once for each track, before its first event.
  void name_connection_track(int track);

  // What the job is about from now on; empty: nothing any more.
  void enter_stage(std::string_view stage, Instant now);
  void retry_told(std::string_view url, std::string_view cause, Duration wait, Instant now);
  void note_told(std::string_view text, Instant now);
  // `on_loop`: how long the loop was busy with its beginning.
  void checkpoint_begun(Duration on_loop, Instant now);
  void checkpoint_ended(std::uint64_t durable_bytes, Instant now);
  void finished(std::uint64_t received, std::uint64_t wasted, Instant now);

 private:
  void name_track(int track, const std::string& name);

  core::TraceSink& sink_;
  const JobId job_;
  const Instant begun_;
  std::string stage_;
  std::set<int> named_tracks_;
};

}  // namespace xget::engine
