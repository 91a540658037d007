// MirrorComparisons: do other mirrors have the bytes that are held? Some of each are fetched and
// compared, several mirrors at once. It says what came of it; what follows is the owner's to
// decide. Thread: loop. Callbacks only record; results are there to take after on_time().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/representation.hpp"
#include "engine/job_context.hpp"
#include "engine/sample_check.hpp"

namespace xget::engine {

struct MirrorComparison {
  core::MirrorId mirror = 0;
  SampleResult result = SampleResult::Failed;
  core::Representation version;  // as it has it, where they agree
  std::string cause;             // where it failed
  double rate = 0;               // bytes per second, as far as so few bytes show; 0: unknown
  Duration round_trip{};
};

class MirrorComparisons {
 public:
  // Both must outlive it. Without a file nothing can be compared.
  MirrorComparisons(const JobContext& job, core::File* file) : job_(job), file_(file) {}

  [[nodiscard]] bool possible() const { return file_ != nullptr; }
  // With some of `held`, which the file holds. `expected`: the representation, as far as it is
  // known how the mirror has it.
  void begin(core::MirrorId mirror, core::Representation expected, const RangeSet& held,
             Instant now);
  void end();  // those under way, without a result: as if they had not begun

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::vector<MirrorComparison> take_results() { return std::exchange(results_, {}); }

  // Callbacks of the Source.
  [[nodiscard]] bool owns(core::FetchId id) const { return find(id) != nullptr; }
  bool on_offer(core::FetchId id, const core::Offer& offer);
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes);
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end);

 private:
  struct One {
    std::unique_ptr<SampleCheck> check;
    Instant begun{};
    Instant answer_by{};
  };

  [[nodiscard]] SampleCheck* find(core::FetchId id) const;
  [[nodiscard]] MirrorComparison result_of(core::MirrorId mirror, const One& one,
                                           Instant now) const;

  const JobContext& job_;
  core::File* file_;
  std::map<core::MirrorId, One> running_;
  std::vector<MirrorComparison> results_;
};

}  // namespace xget::engine
