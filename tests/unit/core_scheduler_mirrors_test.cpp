// The scheduler's choice among mirrors, as a function of events and time.
#include <catch2/catch.hpp>

#include "scheduler_bench.hpp"

using namespace xget;
using namespace xget::core;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

SchedulerPlan plan_with_mirrors() {
  SchedulerPlan plan = plan_of(400 * kMiB);
  plan.more_mirrors = true;
  return plan;
}

// The first mirror delivers; the others may be compared.
struct ManyMirrors : Bench {
  explicit ManyMirrors(int others = 2, int connections = 2, RetryLimits limits = {})
      : Bench(plan_with_mirrors(), connections, limits, others) {
    begin();
    open_all();
    deliver(milliseconds(100), 1, 0);
    wait(milliseconds(1));
  }
  // So many bytes arrive on each segment of the mirror.
  void deliver(Duration time, std::uint64_t mebibytes, MirrorId mirror) {
    now += time;
    for (const SegmentId id : segments_of(mirror)) {
      receive(id, std::min(mebibytes * kMiB, open.at(id).length()));
    }
    open_all();
  }
  void admit(MirrorId mirror) { tell(MirrorAdmitted{mirror, 0, milliseconds(10)}); }
};

}  // namespace

TEST_CASE("No mirror is compared before there is something to compare it with") {
  Bench bench(plan_with_mirrors(), 2, {}, 2);
  bench.begin();
  CHECK(bench.compared.empty());
  bench.open_all();
  bench.now += milliseconds(100);
  bench.receive(bench.open.begin()->first, kMiB);
  bench.wait(milliseconds(1));
  CHECK(bench.compared == std::vector<MirrorId>{1, 2});
}

TEST_CASE("Where nothing could prove them, other mirrors are let alone") {
  Bench bench(plan_of(400 * kMiB), 2, {}, 2);
  bench.begin();
  bench.open_all();
  bench.receive(bench.open.begin()->first, kMiB);
  bench.wait(milliseconds(1));
  CHECK(bench.compared.empty());
}

TEST_CASE("Only a few of many mirrors are compared at once") {
  ManyMirrors many(1000);
  CHECK(many.compared.size() == 4);
  many.wait(seconds(1));
  CHECK(many.compared.size() == 4);
  many.tell(MirrorFailed{many.compared.front()});
  many.wait(milliseconds(1));
  CHECK(many.compared.size() == 5);
}

TEST_CASE("Enough mirrors are enough: the others are not asked") {
  ManyMirrors many(1000);
  for (int i = 0; i < 100; ++i) {
    for (const MirrorId id : std::vector(many.compared)) {
      if (many.mirrors.at(id).standing == Standing::Compared) many.admit(id);
    }
    many.wait(milliseconds(1));
  }
  CHECK(many.mirrors.ready().size() < 20);
  CHECK(many.compared.size() < 20);
}

TEST_CASE_METHOD(ManyMirrors, "A mirror that is admitted serves at once") {
  CHECK(segments_of(1).empty());
  admit(1);
  CHECK(segments_of(1).size() == 2);
  CHECK(segments_of(2).empty());
}

TEST_CASE("The next connection goes where it promises most") {
  SchedulerPlan plan = plan_with_mirrors();
  plan.most_connections = 3;
  Bench bench(plan, 3, {}, 1);
  bench.mirrors.admit(1);
  bench.mirrors.at(0).last_rate = 4e6;
  bench.mirrors.at(1).last_rate = 10e6;
  bench.begin();
  REQUIRE(bench.open.size() == 3);
  CHECK(bench.segments_of(1).size() == 2);
  CHECK(bench.segments_of(0).size() == 1);
}

TEST_CASE_METHOD(ManyMirrors,
                 "One that gives nothing is left, and what it had goes to the others") {
  admit(1);
  const auto mine = segments_of(1);
  REQUIRE(mine.size() == 2);
  const ByteRange lost = open.at(mine.front());
  for (const SegmentId id : mine) {
    open.erase(id);
    tell(SegmentEnded{id, failure(FailureKind::NotFound)});
  }
  CHECK_FALSE(gave_up);
  CHECK_FALSE(doubted);
  CHECK(mirrors.at(1).standing == Standing::Resting);
  deliver(milliseconds(100), 400, 0);
  bool taken = false;
  for (const SegmentId id : segments_of(0)) taken = taken || open.at(id).begin == lost.begin;
  CHECK(taken);
}

TEST_CASE_METHOD(ManyMirrors, "One that was left is asked again later, each time later") {
  tell(MirrorFailed{1});
  tell(MirrorFailed{2});
  REQUIRE(compared.size() == 2);
  Duration before{};
  for (int round = 0; round < 5; ++round) {
    const Instant left = now;
    const std::size_t asked = compared.size();
    while (compared.size() == asked && now - left < std::chrono::hours(1)) {
      deliver(milliseconds(100), 0, 0);
      for (const auto& [id, range] : std::map(open)) {  // so that nothing stalls meanwhile
        if (range.length() > 2000) receive(id, 1000);
      }
      wait(milliseconds(1));
    }
    CHECK(now - left > before);
    before = now - left;
    for (const MirrorId id : {1, 2}) {
      if (mirrors.at(id).standing == Standing::Compared) tell(MirrorFailed{id});
    }
  }
}

TEST_CASE_METHOD(ManyMirrors, "What a mirror with other bytes is about to send is not wanted") {
  admit(1);
  REQUIRE(segments_of(1).size() == 2);
  tell(MirrorExpelled{1});
  CHECK(segments_of(1).empty());
  wait(std::chrono::hours(1));
  CHECK(mirrors.at(1).standing == Standing::Unfit);
}

TEST_CASE_METHOD(ManyMirrors, "While another one serves, a mirror's doubt is no doubt of the job") {
  const auto kind =
      GENERATE(FailureKind::OtherVersion, FailureKind::NoRanges, FailureKind::Certificate);
  admit(1);
  const SegmentId id = segments_of(1).front();
  open.erase(id);
  tell(SegmentEnded{id, failure(kind)});
  CHECK_FALSE(doubted);
  CHECK_FALSE(gave_up);
}

TEST_CASE("When the only one that serves fails, others are asked before it is given up") {
  Bench bench(plan_with_mirrors(), 1, {}, 1);
  bench.begin();
  for (int failures = 0; failures < 2; ++failures) {
    REQUIRE(bench.open.size() == 1);
    const SegmentId id = bench.open.begin()->first;
    bench.open.erase(id);
    bench.tell(SegmentEnded{id, failure(FailureKind::Connect)});
    if (!bench.doubted) bench.wait(seconds(5));
  }
  REQUIRE(bench.doubted);
  CHECK(bench.mirrors.next_turn(bench.now)->mirror == 1);
}

TEST_CASE("In the tail a fast mirror takes over from a slow one") {
  ManyMirrors many(1, 1);
  many.admit(1);
  REQUIRE(many.segments_of(1).size() == 1);
  const SegmentId slow = many.segments_of(1).front();
  many.open_all();
  for (int turn = 0; turn < 2000 && !many.all_written; ++turn) {
    many.now += milliseconds(100);
    if (many.open.contains(slow) && many.open.at(slow).length() > 1) many.receive(slow, 1);
    many.deliver(Duration::zero(), 4, 0);
  }
  CHECK(
      (many.all_written || !many.open.contains(slow) || many.open.at(slow).length() <= 128 << 10));
}

TEST_CASE("The last bytes that a frozen mirror holds are asked of the one that works") {
  const std::uint64_t left = GENERATE(1000, 16 << 10, 100 << 10);
  SchedulerPlan plan = plan_with_mirrors();
  plan.size = 8 * kMiB;
  plan.held = RangeSet({left, plan.size});
  Bench bench(plan, GENERATE(1, 4), {}, 1);
  for (const MirrorId id : {0, 1}) {
    bench.mirrors.admit(id);
    bench.mirrors.at(id).last_rate = id == 0 ? 10e6 : 1e6;
    bench.mirrors.at(id).last_round_trip = bench.mirrors.at(id).longest_answer = milliseconds(2);
  }
  bench.begin();
  REQUIRE(bench.segments_of(0).size() == 1);
  bench.open_all();
  for (int turn = 0; turn < 40 && !bench.all_written; ++turn) {
    bench.wait(milliseconds(250));
    bench.open_all();
    for (const SegmentId id : bench.segments_of(1)) bench.receive(id, bench.open.at(id).length());
  }
  CHECK(bench.all_written);
}
