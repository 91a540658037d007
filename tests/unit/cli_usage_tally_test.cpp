// How much is below which folder, from a listing in order.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/usage_tally.hpp"

using namespace xget::cli;

namespace {

using Told = std::vector<std::string>;

// "FOLDER:OBJECTS:BYTES", in the order in which they are told.
Told tally(std::size_t depth, const std::vector<std::pair<std::string, std::uint64_t>>& listed) {
  Told told;
  UsageTally tally(depth, [&](const Usage& usage) {
    told.push_back(usage.folder + ":" + std::to_string(usage.objects) + ":" +
                   std::to_string(usage.bytes));
  });
  for (const auto& [path, bytes] : listed) tally.add(path, bytes);
  tally.end();
  return told;
}

}  // namespace

TEST_CASE("the topmost folder has all that is below it") {
  CHECK(tally(0, {{"a/b/c", 1}, {"a/d", 10}, {"e", 100}}) == Told{":3:111"});
  CHECK(tally(0, {}) == Told{":0:0"});
}

TEST_CASE("each folder down to the depth is told once, after those below it") {
  const std::vector<std::pair<std::string, std::uint64_t>> listed{
      {"", 1}, {"a", 2}, {"a-b/x", 4}, {"a/b/c/d", 8}, {"a/b/e", 16}, {"a/f", 32}, {"g/h", 64}};
  CHECK(tally(1, listed) == Told{"a-b/:1:4", "a/:3:56", "g/:1:64", ":7:127"});
  CHECK(tally(2, listed) == Told{"a-b/:1:4", "a/b/:2:24", "a/:3:56", "g/:1:64", ":7:127"});
}

TEST_CASE("slashes beside each other part folders of no name") {
  CHECK(tally(2, {{"/a", 1}, {"//b", 2}}) == Told{"//:1:2", "/:2:3", ":2:3"});
}
