#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "remote/sync_plan.hpp"

using namespace xget;
using namespace xget::remote;
using namespace std::chrono_literals;

namespace {

using Listing = std::vector<SyncEntry>;

constexpr WallTime kNoon(12h);

SyncEntry file(std::string path, std::uint64_t size = 1, std::optional<WallTime> modified = kNoon) {
  return {std::move(path), size, modified, std::nullopt};
}

SyncEntry with_digest(DigestAlgorithm algorithm, std::string hex) {
  SyncEntry entry = file("a");
  entry.digest = ExpectedDigest{algorithm, std::move(hex)};
  return entry;
}

// "copy a, skip b"
std::string to_text(const SyncStep& step) {
  const char* const kActions[] = {"copy ", "skip ", "delete ", "examine "};
  const SyncEntry& entry = step.source ? *step.source : *step.destination;
  return kActions[static_cast<int>(step.verdict.action)] + entry.path;
}

// Feeds the plan until it is done, from the two sides in an order that the seed chooses.
std::vector<std::string> steps(const Listing& source, const Listing& destination, SyncRules rules,
                               unsigned seed = 1) {
  SyncPlan plan(rules);
  std::minstd_rand dice(seed);
  std::map<SyncSide, std::deque<SyncEntry>> left;
  left[SyncSide::Source].assign(source.begin(), source.end());
  left[SyncSide::Destination].assign(destination.begin(), destination.end());
  std::vector<std::string> done;
  while (!plan.is_done()) {
    const SyncSide side = dice() % 2 == 0 ? SyncSide::Source : SyncSide::Destination;
    if (plan.wants(side)) {
      std::optional<SyncEntry> entry;
      if (!left[side].empty()) entry = left[side].front();
      if (entry) left[side].pop_front();
      REQUIRE(plan.offer(side, std::move(entry)));
    }
    while (const auto step = plan.next()) done.push_back(to_text(*step));
  }
  return done;
}

SyncVerdict judge(const SyncEntry& source, const SyncEntry& destination,
                  SyncCompare compare = SyncCompare::SizeAndTime) {
  return judge_pair(source, destination, compare);
}

}  // namespace

TEST_CASE("another size is another file under every rule") {
  for (const SyncCompare compare :
       {SyncCompare::SizeAndTime, SyncCompare::SizeAlone, SyncCompare::Digests}) {
    CHECK(judge(file("a", 1), file("a", 2), compare) ==
          SyncVerdict{SyncAction::Copy, SyncReason::OtherSize});
  }
}

TEST_CASE("a file of the same size is copied where the source is newer, or may be") {
  CHECK(judge(file("a", 1, kNoon + 1s), file("a", 1, kNoon)) ==
        SyncVerdict{SyncAction::Copy, SyncReason::Newer});
  CHECK(judge(file("a", 1, kNoon), file("a", 1, kNoon)) ==
        SyncVerdict{SyncAction::Skip, SyncReason::NotNewer});
  CHECK(judge(file("a", 1, kNoon - 1s), file("a", 1, kNoon)) ==
        SyncVerdict{SyncAction::Skip, SyncReason::NotNewer});
  CHECK(judge(file("a", 1, std::nullopt), file("a", 1, kNoon)) ==
        SyncVerdict{SyncAction::Copy, SyncReason::UnknownTime});
  CHECK(judge(file("a", 1, kNoon), file("a", 1, std::nullopt)) ==
        SyncVerdict{SyncAction::Copy, SyncReason::UnknownTime});
}

TEST_CASE("by size alone a newer file is the same") {
  CHECK(judge(file("a", 1, kNoon + 1s), file("a", 1, kNoon), SyncCompare::SizeAlone) ==
        SyncVerdict{SyncAction::Skip, SyncReason::SameSize});
}

TEST_CASE("by digests neither time counts, and digests of one kind are needed") {
  const SyncEntry one = with_digest(DigestAlgorithm::Md5, "11");
  SyncEntry newer = one;
  newer.modified = kNoon + 1s;
  CHECK(judge(newer, one, SyncCompare::Digests) ==
        SyncVerdict{SyncAction::Skip, SyncReason::SameDigest});
  CHECK(judge(one, with_digest(DigestAlgorithm::Md5, "22"), SyncCompare::Digests) ==
        SyncVerdict{SyncAction::Copy, SyncReason::OtherDigest});
  CHECK(judge(one, with_digest(DigestAlgorithm::Crc32c, "11"), SyncCompare::Digests) ==
        SyncVerdict{SyncAction::Examine, SyncReason::UnknownDigest});
  CHECK(judge(one, file("a"), SyncCompare::Digests) ==
        SyncVerdict{SyncAction::Examine, SyncReason::UnknownDigest});
}

TEST_CASE("two listings are merged in the order of their paths' bytes") {
  const Listing source{file("a-b"), file("a/b", 2), file("c")};
  const Listing destination{file("a/b"), file("a/c"), file("c"), file("\xC3\xA4")};
  CHECK(
      steps(source, destination, {.removes = true}) ==
      std::vector<std::string>{"copy a-b", "copy a/b", "delete a/c", "skip c", "delete \xC3\xA4"});
}

TEST_CASE("nothing is deleted unless that was asked for") {
  CHECK(steps({}, {file("a")}, {}) == std::vector<std::string>{"skip a"});
  CHECK(steps({}, {file("a")}, {.removes = true}) == std::vector<std::string>{"delete a"});
  CHECK(steps({}, {}, {}).empty());
}

TEST_CASE("a file is not taken for missing before the other side is past it") {
  SyncPlan plan({.removes = true});
  REQUIRE(plan.offer(SyncSide::Destination, file("b")));
  CHECK_FALSE(plan.next());
  CHECK(plan.wants(SyncSide::Source));
  CHECK_FALSE(plan.wants(SyncSide::Destination));
  REQUIRE(plan.offer(SyncSide::Source, file("a")));
  CHECK(to_text(*plan.next()) == "copy a");
  CHECK_FALSE(plan.next());  // the source's next one may be b
  REQUIRE(plan.offer(SyncSide::Source, std::nullopt));
  const auto step = plan.next();
  REQUIRE(step);
  CHECK(to_text(*step) == "delete b");
  CHECK(step->verdict.reason == SyncReason::NotAtSource);
  CHECK_FALSE(step->source);
  CHECK_FALSE(plan.is_done());
  REQUIRE(plan.offer(SyncSide::Destination, std::nullopt));
  CHECK(plan.is_done());
  CHECK_FALSE(plan.wants(SyncSide::Source));
}

TEST_CASE("a listing out of order is refused before anything is deleted by it") {
  for (const std::string path : {"a", "b", ""}) {
    CAPTURE(path);
    SyncPlan plan({.removes = true});
    REQUIRE(plan.offer(SyncSide::Source, file("b")));
    REQUIRE(plan.offer(SyncSide::Destination, file("c")));
    REQUIRE(plan.next());
    const auto refused = plan.offer(SyncSide::Source, file(path));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::Refused);
    CHECK_FALSE(plan.next());
  }
}

TEST_CASE("whatever two sides hold and however it arrives, each path is decided once") {
  std::minstd_rand dice(7);
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::set<std::string> here;
    std::set<std::string> there;
    for (int i = 0; i < 30; ++i) {
      const std::string path = std::string(1, "ab-/"[dice() % 4]) + std::to_string(dice() % 20);
      if (dice() % 3 != 0) here.insert(path);
      if (dice() % 3 != 0) there.insert(path);
    }
    Listing source;
    for (const std::string& path : here) source.push_back(file(path));
    Listing destination;
    for (const std::string& path : there) destination.push_back(file(path));
    std::set<std::string> all(here);
    all.insert(there.begin(), there.end());
    std::vector<std::string> expected;
    for (const std::string& path : all) {
      const bool both = here.contains(path) && there.contains(path);
      expected.push_back((both ? "skip " : here.contains(path) ? "copy " : "delete ") + path);
    }
    CAPTURE(seed);
    REQUIRE(steps(source, destination, {.removes = true}, seed) == expected);
  }
}

TEST_CASE("every reason can be told") {
  for (int reason = 0; reason <= static_cast<int>(SyncReason::NotAtSource); ++reason) {
    CHECK(std::string(to_string(static_cast<SyncReason>(reason))) != "");
  }
}
