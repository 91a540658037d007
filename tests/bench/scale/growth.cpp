// growth: what one step costs where there are 100, 1,000 and 10,000 of something: pieces, gaps,
// published pieces, mirrors, addresses. A step that costs ten times as much with ten times as many
// makes the whole quadratic.
//
// Prints JSON: [{"what": …, "count": …, "steps": …, "ns_per_step": …}, …]. The time is the CPU's,
// so that others on the machine do not count, with the 0.2 µs or so that reading it takes; the best
// of kRuns. Uses one core and no disk. Takes some seconds.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/addresses.hpp"
#include "core/connection_policy.hpp"
#include "core/scheduler.hpp"
#include "store/ledger.hpp"
#include "store/piece_check.hpp"
#include "store/sidecar.hpp"

namespace xget::bench {
namespace {

using core::SchedulerActions;
using std::chrono::milliseconds;

constexpr std::uint64_t kPiece = 1ULL << 20;
constexpr std::uint64_t kDelivery = 256ULL << 10;
constexpr int kConnections = 64;

class NoDice final : public core::Random {
 public:
  std::uint64_t next() override { return 1ULL << 63; }
};

constexpr int kRuns = 5;

std::int64_t cpu_time_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Steps, and the time that they took together.
struct Cost {
  std::uint64_t steps = 0;
  std::int64_t time_ns = 0;

  [[nodiscard]] double per_step() const {
    return static_cast<double>(time_ns) / static_cast<double>(steps);
  }

  template <typename Call>
  auto measure(Call call) {
    ++steps;
    const std::int64_t begun = cpu_time_ns();
    auto outcome = call();
    time_ns += cpu_time_ns() - begun;
    return outcome;
  }
};

// ---- the scheduler ------------------------------------------------------------------------

// A download whose connections all deliver at one rate. Mirrors beyond the first have other bytes.
class Download {
 public:
  Download(core::SchedulerPlan plan, int mirrors)
      : scheduler_(std::move(plan), with_mirrors(mirrors), dice_) {}

  Cost run() {
    tell(core::Tick{});
    while (!all_written_) {
      now_ += milliseconds(5);
      for (const auto& [id, range] : std::map(open_)) deliver(id);
      tell(core::Tick{});
    }
    return cost_;
  }

  // Until every mirror was compared.
  Cost run_comparisons() {
    tell(core::Tick{});
    for (const auto& [id, range] : std::map(open_)) deliver(id);
    cost_ = {};
    do {
      tell(core::Tick{});
      for (const core::MirrorId mirror : std::exchange(compared_, {})) {
        tell(core::MirrorExpelled{mirror});
        ++expelled_;
      }
    } while (expelled_ + 1 < mirrors_.count());
    return cost_;
  }

 private:
  core::Mirrors& with_mirrors(int count) {
    for (int i = 0; i < count; ++i) {
      mirrors_.add({}, std::make_unique<core::FixedConnections>(kConnections), Instant{});
    }
    mirrors_.admit(0);
    return mirrors_;
  }

  void deliver(core::SegmentId id) {
    const auto it = open_.find(id);
    if (it == open_.end()) return;
    ByteRange& range = it->second;
    if (opened_.insert({id, true}).second) {
      return tell(core::SegmentOpened{id, range.end, milliseconds(5)});
    }
    range.begin = std::min(range.begin + kDelivery, range.end);
    const bool ended = range.empty();
    tell(core::SegmentAdvanced{id, range.begin});
    if (!ended || !open_.contains(id)) return;
    open_.erase(id);
    opened_.erase(id);
    tell(core::SegmentEnded{id, std::nullopt});
  }

  void tell(const core::SchedulerEvent& event) {
    const SchedulerActions actions = cost_.measure([&] { return scheduler_.on(event, now_); });
    for (const core::SchedulerAction& action : actions) {
      if (const auto* start = std::get_if<core::StartSegment>(&action)) {
        open_[start->id] = start->range;
      } else if (const auto* cut = std::get_if<core::CutSegment>(&action)) {
        open_[cut->id].end = cut->end;
      } else if (const auto* cancel = std::get_if<core::CancelSegment>(&action)) {
        open_.erase(cancel->id);
        opened_.erase(cancel->id);
      } else if (const auto* compare = std::get_if<core::CompareMirror>(&action)) {
        compared_.push_back(compare->mirror);
      } else if (std::holds_alternative<core::AllWritten>(action)) {
        all_written_ = true;
      }
    }
  }

  NoDice dice_;
  core::Mirrors mirrors_;
  core::Scheduler scheduler_;
  Instant now_{};
  std::map<core::SegmentId, ByteRange> open_;  // what is left of each
  std::map<core::SegmentId, bool> opened_;
  std::vector<core::MirrorId> compared_;
  std::size_t expelled_ = 0;
  bool all_written_ = false;
  Cost cost_;
};

core::SchedulerPlan plan_of(std::uint64_t pieces) {
  core::SchedulerPlan plan;
  plan.size = pieces * kPiece;
  plan.piece_length = kPiece;
  return plan;
}

Cost schedule_pieces(int count) { return Download(plan_of(count), 1).run(); }

// Every other piece is held already.
Cost schedule_gaps(int count) {
  core::SchedulerPlan plan = plan_of(2 * static_cast<std::uint64_t>(count));
  for (std::uint64_t i = 0; i < plan.size; i += 2 * kPiece) plan.held.add({i, i + kPiece});
  return Download(std::move(plan), 1).run();
}

Cost schedule_mirrors(int count) {
  core::SchedulerPlan plan = plan_of(2000);
  plan.held.add({0, kPiece});
  plan.more_mirrors = true;
  return Download(std::move(plan), count).run_comparisons();
}

// ---- what is held -------------------------------------------------------------------------

constexpr std::uint64_t kSmallPiece = 4096;  // so that hashing its bytes is a small part

Cost append_pieces(int count) {
  const std::vector<std::byte> bytes(kSmallPiece);
  store::Ledger ledger(count * kSmallPiece, kSmallPiece);
  Cost cost;
  for (int i = 0; i < count; ++i) {
    cost.measure([&] {
      ledger.append(i * kSmallPiece, bytes);
      return 0;
    });
  }
  return cost;
}

store::Sidecar sidecar_of(int count) {
  store::Sidecar sidecar;
  sidecar.size = count * kPiece;
  sidecar.piece_length = kPiece;
  for (int i = 0; i < count; ++i) sidecar.pieces[i] = PieceDigest{};
  return sidecar;
}

// Of a part of it: a piece.
Cost per_piece(Cost cost, int count) {
  cost.steps *= count;
  return cost;
}

Cost snapshot_pieces(int count) {
  const store::Sidecar sidecar = sidecar_of(count);
  Cost cost;
  for (int i = 0; i < 20; ++i) {
    cost.measure([&] { return sidecar.pieces; });
  }
  return per_piece(cost, count);
}

Cost serialise_pieces(int count) {
  const store::Sidecar sidecar = sidecar_of(count);
  Cost cost;
  for (int i = 0; i < 5; ++i) cost.measure([&] { return store::serialise(sidecar); });
  return per_piece(cost, count);
}

Cost parse_pieces(int count) {
  const std::string text = store::serialise(sidecar_of(count));
  Cost cost;
  for (int i = 0; i < 5; ++i) cost.measure([&] { return store::parse_sidecar(text).has_value(); });
  return per_piece(cost, count);
}

// ---- published pieces ---------------------------------------------------------------------

class AtOnce final : public core::Worker {
 public:
  void submit(std::function<void()> task, std::function<void()> done) override {
    waiting_.emplace_back(std::move(task), std::move(done));
  }
  void run() {
    while (!waiting_.empty()) {
      for (auto& [task, done] : std::exchange(waiting_, {})) {
        task();
        done();
      }
    }
  }

 private:
  std::vector<std::pair<std::function<void()>, std::function<void()>>> waiting_;
};

class Zeros final : public core::File {
 public:
  Result<void> write_at(std::uint64_t, std::span<const std::byte>) override { return {}; }
  Result<std::size_t> read_at(std::uint64_t, std::span<std::byte> into) override {
    std::fill(into.begin(), into.end(), std::byte{});
    return into.size();
  }
  Result<void> sync_data() override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> check_written() override { return {}; }
  Result<void> preallocate(std::uint64_t, Preallocate) override { return {}; }
  Result<void> truncate(std::uint64_t) override { return {}; }
  Result<void> clone(core::File&) override { return {}; }
  Result<core::FileInfo> info() override { return core::FileInfo{}; }
  Result<core::LockOutcome> lock() override { return core::LockOutcome::Locked; }
  Result<void> set_mode(std::uint32_t) override { return {}; }
  Result<void> set_modification_time(WallTime) override { return {}; }
  void drop_cache(ByteRange) override {}
  std::optional<std::string> attribute(const std::string&) override { return std::nullopt; }
  bool set_attribute(const std::string&, std::string_view) override { return false; }
};

// All of them are wrong, which is told and changes nothing here.
Cost check_pieces(int count) {
  core::PublishedPieces pieces;
  pieces.length = kSmallPiece;
  pieces.digests.resize(count * digest_size(pieces.algorithm));
  const std::uint64_t size = count * kSmallPiece;
  AtOnce worker;
  auto check = store::PieceCheck::create(std::make_shared<Zeros>(), worker, std::move(pieces), size,
                                         "zeros", [](const store::PieceVerdicts&) {});
  RangeSet there;
  Cost cost;
  for (std::uint64_t begin = 0; begin < size; begin += kSmallPiece) {
    const ByteRange piece{begin, begin + kSmallPiece};
    there.add(piece);
    cost.measure([&] {
      (*check)->came(piece, there, {});
      worker.run();
      return (*check)->next_unproven(0);
    });
  }
  return cost;
}

// ---- addresses ----------------------------------------------------------------------------

std::vector<std::string> many_addresses(int count) {
  std::vector<std::string> addresses;
  for (int i = 0; i < count; ++i) {
    addresses.push_back(i % 2 == 0
                            ? "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)
                            : "fd00::" + std::to_string(i));
  }
  return addresses;
}

// Of a part of it: an address.
Cost resolve_addresses(int count) {
  const std::vector<std::string> names = many_addresses(count);
  Cost cost;
  core::Addresses addresses;
  cost.measure([&] {
    addresses.resolved(names);
    return 0;
  });
  cost.steps = count;
  return cost;
}

// Each in its turn: one refuses, the next delivers for as long as the others are asked.
Cost ask_addresses(int count) {
  core::Addresses addresses;
  addresses.resolved(many_addresses(count));
  core::Representation version;
  version.validators.strong_etag = "\"one\"";
  Instant now{};
  Cost cost;
  for (int i = 0; i < count; ++i) {
    now += milliseconds(1);
    cost.measure([&] {
      const std::string address = addresses.next(true, now).front();
      addresses.started(address);
      if (i % 2 == 0) {
        addresses.failed(address, false, now);
        addresses.ended(address, false, core::RequestEnd::Lost, now);
        return 0;
      }
      addresses.answered(address, milliseconds(5));
      addresses.served(address, version);
      addresses.delivered(address, kDelivery, std::chrono::seconds(2), now);
      return 0;
    });
  }
  return cost;
}

struct Subject {
  const char* what;
  Cost (*run)(int count);
};

constexpr Subject kSubjects[] = {
    {"scheduler: an event, pieces to fetch", schedule_pieces},
    {"scheduler: an event, gaps to fill", schedule_gaps},
    {"scheduler: an event, mirrors to compare", schedule_mirrors},
    {"ledger: a piece is written", append_pieces},
    {"checkpoint: a piece is copied on the loop", snapshot_pieces},
    {"sidecar: a piece is written", serialise_pieces},
    {"sidecar: a piece is read", parse_pieces},
    {"published pieces: one is checked", check_pieces},
    {"addresses: one of them is resolved", resolve_addresses},
    {"addresses: one of them is asked", ask_addresses},
};

Cost best_of_runs(const Subject& subject, int count) {
  Cost best = subject.run(count);
  for (int run = 1; run < kRuns; ++run) {
    const Cost cost = subject.run(count);
    if (cost.per_step() < best.per_step()) best = cost;
  }
  return best;
}

void print_figures() {
  const char* separator = "[";
  for (const Subject& subject : kSubjects) {
    for (const int count : {100, 1000, 10000}) {
      const Cost cost = best_of_runs(subject, count);
      std::printf("%s{\"what\": \"%s\", \"count\": %d, \"steps\": %llu, \"ns_per_step\": %.1f}",
                  separator, subject.what, count, static_cast<unsigned long long>(cost.steps),
                  cost.per_step());
      separator = ",\n ";
    }
  }
  std::puts("]");
}

}  // namespace
}  // namespace xget::bench

int main() { xget::bench::print_figures(); }
