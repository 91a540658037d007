#include <catch2/catch.hpp>

#include "base/units.hpp"
#include "remote/part_plan.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kTiB = std::uint64_t{1} << 40;

// That the parts adjoin and cover the object.
void check_cover(const PartPlan& plan) {
  std::uint64_t end = 0;
  for (std::uint64_t number = 1; number <= plan.count(); ++number) {
    const ByteRange range = plan.range(number);
    REQUIRE(range.begin == end);
    REQUIRE(range.length() <= kLargestPart);
    REQUIRE((number == plan.count() || range.length() >= kSmallestPart));
    end = range.end;
  }
  REQUIRE(end == plan.size);
}

}  // namespace

TEST_CASE("an object's parts cover it, whatever its size") {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, 8 * kMiB - 1, 8 * kMiB, 8 * kMiB + 1, 80'000 * kMiB,
        80'000 * kMiB + 1, kTiB + 7, kLargestObject}) {
    CAPTURE(size);
    for (const auto& plan : {plan_upload(size, std::nullopt), plan_copy(size, std::nullopt)}) {
      REQUIRE(plan);
      CHECK(plan->count() <= kMostParts);
      check_cover(*plan);
    }
  }
}

TEST_CASE("an empty object has one empty part") {
  const auto plan = plan_upload(0, std::nullopt);
  CHECK(plan->count() == 1);
  CHECK(plan->range(1) == ByteRange{0, 0});
}

TEST_CASE("parts have 8 MiB until there would be too many, then twice as much") {
  CHECK(plan_upload(1, std::nullopt)->part_size == 8 * kMiB);
  CHECK(plan_upload(80'000 * kMiB, std::nullopt) == PartPlan{80'000 * kMiB, 8 * kMiB});
  CHECK(plan_upload(80'000 * kMiB + 1, std::nullopt)->part_size == 16 * kMiB);
  CHECK(plan_upload(kLargestObject, std::nullopt)->part_size == kGiB);
}

TEST_CASE("the last part has what is left") {
  const PartPlan plan{20 * kMiB + 3, 8 * kMiB};
  CHECK(plan.count() == 3);
  CHECK(plan.range(2) == ByteRange{8 * kMiB, 16 * kMiB});
  CHECK(plan.range(3) == ByteRange{16 * kMiB, 20 * kMiB + 3});
}

TEST_CASE("a copy is made whole as long as the store makes it so") {
  CHECK(plan_copy(5 * kGiB, std::nullopt)->count() == 1);
  CHECK(plan_copy(5 * kGiB + 1, std::nullopt)->part_size == 128 * kMiB);
  CHECK(plan_copy(kLargestObject, std::nullopt)->part_size == kGiB);
  CHECK(plan_copy(kGiB, 16 * kMiB)->count() == 64);
}

TEST_CASE("a part size that is asked for is taken as it is, or refused") {
  CHECK(plan_upload(100 * kMiB, 7 * kMiB + 1)->part_size == 7 * kMiB + 1);
  CHECK(plan_upload(1, 5 * kMiB));
  CHECK(plan_upload(1, 5 * kGiB));
  CHECK_FALSE(plan_upload(1, 5 * kMiB - 1));
  CHECK_FALSE(plan_upload(1, 0));
  CHECK_FALSE(plan_upload(kTiB, 5 * kGiB + 1));
  CHECK(plan_upload(50'000 * kMiB, 5 * kMiB));
  CHECK_FALSE(plan_upload(50'000 * kMiB + 1, 5 * kMiB));
}

TEST_CASE("a refused part size comes with one that will do") {
  const std::uint64_t size = 3 * kTiB + 5;
  const auto refused = plan_upload(size, 8 * kMiB);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Usage);
  CHECK(refused.error().cause == "parts of 8MiB would be more than the 10,000 that stores take");
  CHECK(refused.error().remedy == "ask for parts of at least 315MiB");
  CHECK(plan_upload(size, parse_size("315MiB")));
}

TEST_CASE("an object is refused that no store takes") {
  CHECK_FALSE(plan_upload(kLargestObject + 1, std::nullopt));
  CHECK_FALSE(plan_copy(kLargestObject + 1, kGiB));
}
