// A scheduler at work without a network: it keeps the segments that were asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/scheduler.hpp"

namespace xget::core {

inline constexpr std::uint64_t kMiB = 1ULL << 20;

class NoDice final : public Random {
 public:
  std::uint64_t next() override { return 1ULL << 63; }
};

inline Failure failure(FailureKind kind) {
  Failure result;
  result.kind = kind;
  result.cause = "test";
  return result;
}

// A scheduler with the segments it has asked for.
struct Bench {
  // `others` are mirrors that nobody has compared yet.
  explicit Bench(SchedulerPlan plan, int connections = 4, RetryLimits limits = {}, int others = 0)
      : scheduler(std::move(plan), with_mirrors(limits, connections, others), dice) {}

  SchedulerActions tell(const SchedulerEvent& event) {
    SchedulerActions actions = scheduler.on(event, now);
    for (const SchedulerAction& action : actions) {
      if (const auto* start = std::get_if<StartSegment>(&action)) {
        open[start->id] = start->range;
        mirror_of[start->id] = start->mirror;
      }
      if (const auto* compare = std::get_if<CompareMirror>(&action)) {
        compared.push_back(compare->mirror);
      }
      if (const auto* cut = std::get_if<CutSegment>(&action)) open[cut->id].end = cut->end;
      if (const auto* cancel = std::get_if<CancelSegment>(&action)) open.erase(cancel->id);
      if (std::holds_alternative<AllWritten>(action)) all_written = true;
      if (const auto* end = std::get_if<GiveUp>(&action)) gave_up = end->failure;
      if (const auto* doubt = std::get_if<Reconsider>(&action)) doubted = doubt->failure;
      if (std::holds_alternative<StartOver>(action)) ++start_overs;
    }
    return actions;
  }
  Mirrors& with_mirrors(RetryLimits limits, int connections, int others) {
    for (int i = 0; i <= others; ++i) {
      mirrors.add(limits, std::make_unique<FixedConnections>(connections), Instant{});
    }
    mirrors.admit(0);
    return mirrors;
  }
  [[nodiscard]] std::vector<SegmentId> segments_of(MirrorId mirror) const {
    std::vector<SegmentId> segments;
    for (const auto& [id, range] : open) {
      if (mirror_of.at(id) == mirror) segments.push_back(id);
    }
    return segments;
  }
  void begin() { tell(Tick{}); }
  void open_all() {
    for (const auto& [id, range] : std::map(open)) {
      tell(SegmentOpened{id, range.end, std::chrono::milliseconds(10)});
    }
  }
  // The segment receives `bytes` and ends if that was all.
  void receive(SegmentId id, std::uint64_t bytes) {
    ByteRange& range = open.at(id);
    range.begin += std::min(bytes, range.length());
    fetched += bytes;
    tell(SegmentAdvanced{id, range.begin});
    if (open.contains(id) && open.at(id).empty()) {
      open.erase(id);
      tell(SegmentEnded{id, std::nullopt});
    }
  }
  void wait(Duration time) {
    now += time;
    tell(Tick{});
  }

  Mirrors& with_mirror(RetryLimits limits, int connections) {
    mirrors.admit(mirrors.add(limits, std::make_unique<FixedConnections>(connections), Instant{}));
    return mirrors;
  }

  NoDice dice;
  Mirrors mirrors;
  Scheduler scheduler;
  Instant now{};
  std::map<SegmentId, ByteRange> open;  // what is left of each
  std::map<SegmentId, MirrorId> mirror_of;
  std::vector<MirrorId> compared;
  std::uint64_t fetched = 0;
  bool all_written = false;
  std::optional<Failure> gave_up, doubted;
  int start_overs = 0;
};

inline SchedulerPlan plan_of(std::uint64_t size) {
  SchedulerPlan plan;
  plan.size = size;
  plan.piece_length = kMiB;
  return plan;
}

}  // namespace xget::core
