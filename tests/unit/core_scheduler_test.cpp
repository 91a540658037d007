// The scheduler as a function of events and time.
#include <catch2/catch.hpp>
#include <map>

#include "scheduler_bench.hpp"

using namespace xget;
using namespace xget::core;

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("Ranges are handed out from the front, on piece boundaries, to all connections") {
  Bench bench(plan_of(400 * kMiB));
  bench.begin();
  REQUIRE(bench.open.size() == 4);
  std::uint64_t expected = 0;
  for (const auto& [id, range] : bench.open) {
    CHECK(range.begin == expected);
    CHECK(range.end % kMiB == 0);
    expected = range.end;
  }
}

TEST_CASE("Near the end a range is shorter than a piece, and lies in one") {
  Bench bench(plan_of(16 * kMiB), 8);
  bench.begin();
  bench.open_all();
  SegmentId newest = std::prev(bench.open.end())->first;
  ByteRange range{0, kMiB};
  while (range.length() >= kMiB) {
    bench.now += milliseconds(5);
    for (const auto& [id, rest] : std::map(bench.open)) {
      bench.receive(id, 30'000 + id % 8 * 5'000);
    }
    REQUIRE(bench.open.size() == 8);
    for (; newest < std::prev(bench.open.end())->first; ++newest) {
      range = bench.open.at(newest + 1);
      bench.tell(SegmentOpened{newest + 1, range.end, milliseconds(10)});
    }
  }
  CHECK(range.begin % (256ULL << 10) == 0);
  CHECK(range.end % (256ULL << 10) == 0);
  CHECK(range.begin / kMiB == (range.end - 1) / kMiB);
}

TEST_CASE("As long as nothing is known of its speed, no piece is asked for in parts") {
  Bench bench(plan_of(16 * kMiB), 64);
  bench.begin();
  CHECK(bench.open.size() == 16);
  for (const auto& [id, range] : bench.open) CHECK(range.length() == kMiB);
}

namespace {

// Wants two, and may soon want `soon`.
class Growing final : public ConnectionPolicy {
 public:
  explicit Growing(int soon) : soon_(soon) {}
  [[nodiscard]] int target(Instant) const override { return 2; }
  [[nodiscard]] int soon(Instant) const override { return soon_; }
  void on_refusal(int, Duration, Instant) override {}
  void on_answer(int, Duration, Instant) override {}
  void on_bytes(std::uint64_t, int, Instant) override {}
  void on_path(bool, const PathFacts&, Instant) override {}
  void on_disturbance(Instant) override {}
  [[nodiscard]] const char* stage() const override { return "growing"; }

 private:
  int soon_;
};

}  // namespace

TEST_CASE("While more connections may come, ranges are as short as if they were there") {
  Bench bench(plan_of(64 * kMiB), 2);
  bench.mirrors.at(0).connections = std::make_unique<Growing>(64);
  bench.begin();
  REQUIRE(bench.open.size() == 2);
  for (const auto& [id, range] : bench.open) CHECK(range.length() <= kMiB);
}

TEST_CASE("Every byte is fetched exactly once when nothing fails") {
  const int connections = GENERATE(1, 3, 16);
  Bench bench(plan_of(37 * kMiB + 12345), connections);
  bench.begin();
  for (int turn = 0; turn < 100000 && !bench.all_written; ++turn) {
    bench.open_all();
    bench.now += milliseconds(5);
    const auto snapshot = bench.open;
    for (const auto& [id, range] : snapshot) {
      if (bench.open.contains(id))
        bench.receive(id, std::min<std::uint64_t>(100000, bench.open.at(id).length()));
    }
  }
  CHECK(bench.all_written);
  CHECK(bench.fetched == 37 * kMiB + 12345);
}

TEST_CASE("Ranges grow with the rate and shrink with what is left") {
  Bench bench(plan_of(1000 * kMiB), 2);
  bench.begin();
  bench.open_all();
  const auto first = bench.open.begin()->first;
  for (int i = 0; i < 20 && bench.open.contains(first); ++i) {
    bench.now += milliseconds(20);
    bench.receive(first, std::min<std::uint64_t>(2 * kMiB, bench.open.at(first).length()));
  }
  const ByteRange later = std::prev(bench.open.end())->second;
  CHECK(later.length() > 16 * kMiB);   // 100 MiB/s for half a second
  CHECK(later.length() < 250 * kMiB);  // never more than its share of the rest
}

TEST_CASE("Held ranges are not fetched again") {
  SchedulerPlan plan = plan_of(10 * kMiB);
  plan.held = RangeSet({0, 9 * kMiB});
  Bench bench(plan);
  bench.begin();
  REQUIRE(bench.open.size() == 1);
  CHECK(bench.open.begin()->second == ByteRange{9 * kMiB, 10 * kMiB});
}

TEST_CASE("The probe's response keeps an equal share, then is cut") {
  Bench bench(plan_of(400 * kMiB));
  bench.open[1] = {0, 400 * kMiB};
  bench.tell(SegmentAdopted{{0, 400 * kMiB}, 400 * kMiB, milliseconds(1)});
  CHECK(bench.open.at(1).end == 100 * kMiB);
  CHECK(bench.open.size() == 4);
  CHECK(bench.open.at(2).begin == 100 * kMiB);
}

TEST_CASE("With one connection the probe's response is never cut") {
  Bench bench(plan_of(400 * kMiB), 1);
  const auto actions = bench.tell(SegmentAdopted{{0, 400 * kMiB}, 400 * kMiB, milliseconds(1)});
  CHECK(actions.empty());
}

TEST_CASE("A connection without work takes over part of the slowest one's rest") {
  Bench bench(plan_of(64 * kMiB), 2);
  bench.open[1] = {0, 64 * kMiB};
  bench.tell(SegmentAdopted{{0, 64 * kMiB}, 64 * kMiB, milliseconds(1)});
  bench.open_all();
  for (int i = 0; i < 400 && bench.open.size() == 2; ++i) {  // the first one is a crawler
    bench.now += milliseconds(10);
    bench.receive(1, 10000);
    const SegmentId other = std::prev(bench.open.end())->first;
    bench.tell(SegmentOpened{other, bench.open.at(other).end, milliseconds(1)});
    bench.receive(other, std::min<std::uint64_t>(kMiB, bench.open.at(other).length()));
  }
  CHECK(bench.open.at(1).end < 32 * kMiB);  // it was cut below its first share
}

TEST_CASE("A failed range is handed out again after a wait, the others go on") {
  Bench bench(plan_of(400 * kMiB));
  bench.begin();
  bench.open_all();
  const ByteRange lost = bench.open.begin()->second;
  const SegmentId id = bench.open.begin()->first;
  bench.open.erase(id);
  bench.tell(SegmentEnded{id, failure(FailureKind::CutShort)});
  CHECK(bench.open.size() == 3);
  REQUIRE(bench.scheduler.next_deadline());
  bench.wait(seconds(2));
  REQUIRE(bench.open.size() == 4);
  CHECK(std::prev(bench.open.end())->second.begin == lost.begin);
}

TEST_CASE("A silent connection is replaced, a paused one is not") {
  SchedulerPlan plan = plan_of(8 * kMiB);
  plan.stall_timeout = seconds(5);
  Bench bench(plan, 2);
  bench.begin();
  bench.open_all();
  const SegmentId paused = bench.open.begin()->first;
  const SegmentId silent = std::prev(bench.open.end())->first;
  bench.tell(SegmentPaused{paused, true});
  bench.wait(seconds(6));
  CHECK(bench.open.contains(paused));
  CHECK_FALSE(bench.open.contains(silent));
}

TEST_CASE("A trickle is as good as a stall") {
  SchedulerPlan plan = plan_of(8 * kMiB);
  plan.stall_timeout = seconds(5);
  Bench bench(plan, 1);
  bench.begin();
  bench.open_all();
  const SegmentId trickle = bench.open.begin()->first;
  for (int i = 0; i < 11 && bench.open.contains(trickle); ++i) {
    bench.receive(trickle, 1);
    bench.wait(seconds(1));
  }
  CHECK_FALSE(bench.open.contains(trickle));
}

namespace {

// Four connections, of which one has been as fast as the others for more than a second.
struct FastForAWhile : Bench {
  FastForAWhile() : Bench(plan_of(4000 * kMiB), 4) {
    begin();
    open_all();
    one = open.begin()->first;
    run(milliseconds(1200), kFast, kFast);
    REQUIRE(open.contains(one));
  }

  // Bytes in each twentieth of a second.
  void run(Duration time, std::uint64_t of_one, std::uint64_t of_others) {
    for (const Instant end = now + time; now < end;) {
      wait(milliseconds(50));
      for (const auto& [id, range] : std::map(open)) {
        if (open.contains(id)) receive(id, id == one ? of_one : of_others);
      }
      for (; opened < std::prev(open.end())->first; ++opened) {
        tell(SegmentOpened{opened + 1, open.at(opened + 1).end, milliseconds(10)});
      }
    }
  }

  static constexpr std::uint64_t kFast = 50'000;
  SegmentId one = 0;
  SegmentId opened = 4;
};

}  // namespace

TEST_CASE_METHOD(FastForAWhile, "A connection far slower than it was, and than others, is left") {
  const std::uint64_t reached = open.at(one).begin;
  run(seconds(7), 1000, kFast);
  CHECK_FALSE(open.contains(one));
  std::uint64_t first = 4000 * kMiB;
  for (const auto& [id, range] : open) first = std::min(first, range.begin);
  CHECK(first > reached);  // what it left was asked for at once
}

TEST_CASE_METHOD(FastForAWhile, "Where all have become slow, none is left for it") {
  run(seconds(15), 1000, 1000);
  CHECK(open.contains(one));
}

TEST_CASE_METHOD(FastForAWhile, "A connection that brings a fifth of what it did is not left") {
  run(seconds(5), kFast / 5, kFast);
  CHECK(open.contains(one));
}

TEST_CASE_METHOD(FastForAWhile, "A connection that we hold back is not left for being slow") {
  for (int i = 0; i < 100; ++i) {
    tell(SegmentPaused{one, true});
    run(milliseconds(50), 0, kFast);
    tell(SegmentPaused{one, false});
    run(milliseconds(50), 1000, kFast);
  }
  CHECK(open.contains(one));
}

TEST_CASE("Time in which the loop could not run is nobody's stall") {
  SchedulerPlan plan = plan_of(8 * kMiB);
  plan.stall_timeout = seconds(5);
  Bench bench(plan, 1);
  bench.begin();
  bench.open_all();
  bench.now += seconds(30);
  bench.tell(LoopBlocked{seconds(30)});
  bench.tell(Tick{});
  CHECK(bench.open.size() == 1);
}

TEST_CASE("Failures in a row without a new byte end it, progress begins the count anew") {
  RetryLimits limits;
  limits.failures = 3;
  limits.failures_before_answer = 3;
  Bench bench(plan_of(8 * kMiB), 1, limits);
  bench.begin();
  for (int i = 0; i < 10; ++i) {
    REQUIRE(bench.open.size() == 1);
    const SegmentId id = bench.open.begin()->first;
    bench.open_all();
    bench.receive(id, 2000);
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::CutShort)});
    bench.wait(seconds(60));
  }
  CHECK_FALSE(bench.gave_up);
  for (int i = 0; i < 4 && !bench.gave_up; ++i) {
    const SegmentId id = bench.open.begin()->first;
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::Connect)});
    bench.wait(seconds(60));
  }
  CHECK(bench.gave_up);
}

TEST_CASE("While one connection works, no number of failures of the others ends it") {
  const auto kind = GENERATE(FailureKind::Broken, FailureKind::Stall, FailureKind::Tls,
                             FailureKind::Coded, FailureKind::Denied, FailureKind::ServerError);
  RetryLimits limits;
  limits.failures = 3;
  Bench bench(plan_of(64 * kMiB), 4, limits);
  bench.begin();
  const SegmentId working = bench.open.begin()->first;
  bench.tell(SegmentOpened{working, bench.open.at(working).end, milliseconds(10)});
  for (int i = 0; i < 40; ++i) {
    for (const auto& [id, range] : std::map(bench.open)) {
      if (id == working) continue;
      bench.open.erase(id);
      bench.tell(SegmentEnded{id, failure(kind)});
    }
    bench.wait(seconds(2));
    if (bench.open.contains(working)) bench.receive(working, 1024 * 4);
  }
  CHECK_FALSE(bench.gave_up);
  CHECK(bench.open.contains(working));
}

TEST_CASE("Requests that fail together are one failure") {
  RetryLimits limits;
  limits.failures = 3;
  Bench bench(plan_of(64 * kMiB), 16, limits);
  bench.begin();
  for (int round = 0; round < 3; ++round) {
    bench.now += milliseconds(5);
    for (const auto& [id, range] : std::map(bench.open)) {
      bench.open.erase(id);
      bench.tell(SegmentEnded{id, failure(FailureKind::Broken)});
      bench.now += milliseconds(1);
    }
    CHECK_FALSE(bench.gave_up);
    bench.wait(seconds(60));
  }
  const SegmentId last = bench.open.begin()->first;
  bench.tell(SegmentEnded{last, failure(FailureKind::Broken)});
  CHECK(bench.gave_up);
}

TEST_CASE("What is wrong for every request ends it though others work") {
  Bench bench(plan_of(64 * kMiB));
  bench.begin();
  bench.open_all();
  bench.tell(SegmentEnded{bench.open.begin()->first, failure(FailureKind::Certificate)});
  CHECK(bench.gave_up);
}

TEST_CASE("No new byte for as long as allowed ends it, however often it may retry") {
  RetryLimits limits;
  limits.give_up_after = std::chrono::minutes(10);
  Bench bench(plan_of(8 * kMiB), 1, limits);
  bench.begin();
  bench.wait(std::chrono::minutes(11));
  CHECK(bench.gave_up);
}

TEST_CASE("Once one more is borne again, all connections are soon back") {
  Bench bench(plan_of(4000 * kMiB), 4);
  bench.begin();
  bench.open_all();
  while (bench.open.size() > 1) {
    const SegmentId id = std::prev(bench.open.end())->first;
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::Busy)});
  }
  bench.wait(milliseconds(900));
  CHECK(bench.open.size() == 1);
  bench.wait(milliseconds(100));
  CHECK(bench.open.size() == 2);
  for (int answers = 0; answers < 2; ++answers) {
    bench.now += milliseconds(10);
    const SegmentId newest = std::prev(bench.open.end())->first;
    bench.tell(SegmentOpened{newest, bench.open.at(newest).end, milliseconds(10)});
  }
  CHECK(bench.open.size() == 4);
}

TEST_CASE("A refused connection holds up none of those that work") {
  Bench bench(plan_of(400 * kMiB), 2);
  bench.begin();
  bench.open_all();
  const SegmentId refused = std::prev(bench.open.end())->first;
  bench.open.erase(refused);
  bench.tell(SegmentEnded{refused, failure(FailureKind::Broken)});
  bench.receive(bench.open.begin()->first, 400 * kMiB);
  CHECK(bench.open.size() == 1);
}

TEST_CASE("Connections that are never answered while others deliver are too many") {
  Bench bench(plan_of(4000 * kMiB), 16);
  bench.begin();
  std::vector<SegmentId> served;
  for (const auto& [id, range] : std::map(bench.open)) {
    if (served.size() == 3) break;
    bench.tell(SegmentOpened{id, range.end, milliseconds(10)});
    served.push_back(id);
  }
  for (int i = 0; i < 55; ++i) {
    bench.now += milliseconds(100);
    for (const SegmentId id : served) bench.receive(id, 16 * 1024);
    bench.tell(Tick{});
  }
  CHECK(bench.open.size() == 3);
}

TEST_CASE("A range that is never answered is asked for by a connection that has become free") {
  Bench bench(plan_of(8 * kMiB), 2);
  bench.begin();
  REQUIRE(bench.open.size() == 2);
  const auto [works, first] = *bench.open.begin();
  const auto [silent, second] = *std::prev(bench.open.end());
  bench.tell(SegmentOpened{works, first.end, milliseconds(10)});
  while (bench.open.contains(works)) bench.receive(works, kMiB);
  for (int i = 0; i < 100 && !bench.all_written; ++i) {
    bench.wait(milliseconds(100));
    for (const auto& [id, range] : std::map(bench.open)) {
      if (id == silent) continue;
      bench.tell(SegmentOpened{id, range.end, milliseconds(10)});
      bench.receive(id, range.length());
    }
  }
  CHECK(bench.all_written);
  CHECK(bench.fetched == 8 * kMiB);
}

TEST_CASE("What a server does not grant is free for others at once, and never asked for again") {
  constexpr std::uint64_t kCap = 300'000;
  Bench bench(plan_of(8 * kMiB), 2);
  bench.open[1] = {0, kCap};
  bench.tell(SegmentAdopted{{0, kCap}, kCap, milliseconds(1)});
  REQUIRE(bench.open.size() == 2);
  while (!bench.all_written) {
    for (const auto& [id, range] : std::map(bench.open)) {
      REQUIRE(range.length() <= kCap);
      bench.now += milliseconds(1);
      bench.tell(SegmentOpened{id, range.end, milliseconds(1)});
      bench.receive(id, range.length());
    }
  }
  CHECK(bench.fetched == 8 * kMiB);
}

TEST_CASE("An outage of all connections costs none of them for good") {
  Bench bench(plan_of(400 * kMiB), 4);
  bench.begin();
  bench.now += milliseconds(1);
  for (const auto& [id, range] : std::map(bench.open)) {
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::Connect)});
  }
  bench.wait(seconds(5));
  CHECK(bench.open.size() == 4);
}

TEST_CASE("A busy server gets fewer connections") {
  Bench bench(plan_of(400 * kMiB), 8);
  bench.begin();
  REQUIRE(bench.open.size() == 8);
  bench.open_all();
  for (int i = 0; i < 6; ++i) {
    const SegmentId id = std::prev(bench.open.end())->first;
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::Busy)});
  }
  bench.wait(milliseconds(500));
  CHECK(bench.open.size() == 2);
}

TEST_CASE("Doubts about the version or about ranges are the job's to settle") {
  Bench bench(plan_of(400 * kMiB));
  bench.begin();
  const FailureKind kind =
      GENERATE(FailureKind::OtherVersion, FailureKind::NoRanges, FailureKind::Unsatisfiable);
  bench.tell(SegmentEnded{bench.open.begin()->first, failure(kind)});
  REQUIRE(bench.doubted);
  CHECK(bench.doubted->kind == kind);
  CHECK(bench.tell(Tick{}).empty());
}

TEST_CASE("An expired URL is resolved again from the start, if it was served before") {
  Bench bench(plan_of(400 * kMiB));
  bench.begin();
  bench.open_all();
  bench.receive(bench.open.begin()->first, 2000);
  const auto kind = GENERATE(FailureKind::Denied, FailureKind::NotFound);
  while (!bench.open.empty()) {
    const SegmentId id = bench.open.begin()->first;
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(kind)});
  }
  CHECK(bench.start_overs == 1);
  CHECK_FALSE(bench.gave_up);
}

TEST_CASE("What is lost after all was written is fetched again") {
  SchedulerPlan plan = plan_of(4 * kMiB);
  plan.held = RangeSet({0, 4 * kMiB});
  Bench bench(plan);
  bench.begin();
  CHECK(bench.all_written);
  bench.all_written = false;
  bench.tell(RangeLost{{kMiB, 2 * kMiB}});
  REQUIRE(bench.open.size() == 1);
  CHECK(bench.open.begin()->second == ByteRange{kMiB, 2 * kMiB});
  bench.open_all();
  bench.receive(bench.open.begin()->first, kMiB);
  CHECK(bench.all_written);
}

TEST_CASE("Without ranges there is one stream from 0, and a failure begins it again") {
  SchedulerPlan plan = plan_of(kUnknownEnd);
  plan.ranges = false;
  Bench bench(plan);
  bench.begin();
  REQUIRE(bench.open.size() == 1);
  const SegmentId id = bench.open.begin()->first;
  bench.open_all();
  bench.receive(id, 5 * kMiB);
  bench.open.erase(id);
  bench.tell(SegmentEnded{id, failure(FailureKind::CutShort)});
  bench.wait(seconds(60));
  REQUIRE(bench.open.size() == 1);
  const auto [again, range] = *bench.open.begin();
  CHECK(range.begin == 0);
  bench.tell(SegmentEnded{again, std::nullopt});
  CHECK(bench.all_written);
}

TEST_CASE("A reader who takes nothing is no reason to give up") {
  SchedulerPlan plan = plan_of(400 * kMiB);
  plan.window_end = plan.window_length = 16 * kMiB;
  Bench bench(plan);
  bench.begin();
  for (int i = 0; i < 100 && !bench.open.empty(); ++i) {
    bench.open_all();
    for (const auto& [id, range] : std::map(bench.open)) bench.receive(id, range.length());
  }
  REQUIRE(bench.open.empty());
  bench.wait(std::chrono::hours(5));
  CHECK_FALSE(bench.gave_up);
  bench.tell(WindowMoved{20 * kMiB});
  CHECK_FALSE(bench.open.empty());
}

TEST_CASE("No range reaches beyond the window, so that none can hold the front's place") {
  SchedulerPlan plan = plan_of(400 * kMiB);
  plan.window_end = plan.window_length = 3 * kMiB + 1000;
  Bench bench(plan, 8);
  bench.begin();
  REQUIRE_FALSE(bench.open.empty());
  for (const auto& [id, range] : bench.open) CHECK(range.end <= plan.window_end);
}

TEST_CASE("Nothing is asked for beyond the window of an ordered output") {
  SchedulerPlan plan = plan_of(400 * kMiB);
  plan.window_end = plan.window_length = 16 * kMiB;
  Bench bench(plan);
  bench.begin();
  for (const auto& [id, range] : bench.open) CHECK(range.begin < 16 * kMiB);
  const std::size_t before = bench.open.size();
  CHECK(before <= 4);
  std::uint64_t furthest = 0;
  for (const auto& [id, range] : bench.open) furthest = std::max(furthest, range.end);
  CHECK(furthest <= 16 * kMiB);
}

// ---- the tail ---------------------------------------------------------------------------------

namespace {

// Two connections: one has little left and crawls, the other has come to its end.
struct SlowTail : Bench {
  SlowTail() : Bench(plan_of(2 * kMiB), 2) {
    begin();
    open_all();
    slow = open.begin()->first;
    const SegmentId fast = std::prev(open.end())->first;
    now += milliseconds(100);
    receive(slow, open.at(slow).length() - kLeft);
    for (int turn = 0; turn < 100; ++turn) {
      now += milliseconds(100);
      receive(slow, 100);
      receive(fast, 10'000);
    }
    const std::uint64_t half = open.at(fast).length() / 2;
    now += milliseconds(20);
    receive(fast, half);
    now += milliseconds(20);
    receive(fast, open.at(fast).length());
    REQUIRE(open.size() == 2);
    hedge = std::prev(open.end())->first;
    REQUIRE(open.at(hedge) == open.at(slow));
    tell(SegmentOpened{hedge, open.at(hedge).end, milliseconds(10)});
  }

  static constexpr std::uint64_t kLeft = 100'000;  // too little to be split
  SegmentId slow = 0;
  SegmentId hedge = 0;
};

}  // namespace

TEST_CASE_METHOD(SlowTail, "the last bytes of a slow connection are asked for once more") {
  SECTION("and who has them first makes the other superfluous") {
    receive(hedge, open.at(hedge).length());
    CHECK(all_written);
    CHECK(open.empty());
  }
  SECTION("and the slow one may still be first") {
    receive(slow, open.at(slow).length());
    CHECK(all_written);
    CHECK(open.empty());
  }
  SECTION("and if it fails, the slow one goes on alone") {
    open.erase(hedge);
    tell(SegmentEnded{hedge, failure(FailureKind::CutShort)});
    CHECK_FALSE(all_written);
    receive(slow, open.at(slow).length());
    CHECK(all_written);
  }
  SECTION("and if the slow one fails, nothing is fetched a third time") {
    open.erase(slow);
    tell(SegmentEnded{slow, failure(FailureKind::CutShort)});
    const std::uint64_t before = fetched;
    const std::uint64_t left = open.at(hedge).length();
    receive(hedge, left);
    CHECK(all_written);
    CHECK(fetched - before == left);
  }
}

TEST_CASE_METHOD(SlowTail, "twins of which one has all bytes, and neither ends, stall as one") {
  const SegmentId whole = GENERATE(false, true) ? slow : hedge;
  tell(SegmentAdvanced{whole, open.at(whole).end});
  wait(seconds(60));
  CHECK(all_written);
  CHECK(open.empty());
}

TEST_CASE("What was handed out when few shared the work is trimmed when many do") {
  Bench bench(plan_of(100 * kMiB), 64);
  bench.tell(SegmentAdopted{{0, 100 * kMiB}, 100 * kMiB, milliseconds(10)});
  for (const auto& [id, range] : bench.open) CHECK(range.length() <= 4 * kMiB);
}
