#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/glob_filter.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

// "+*.txt" includes, "-tmp" excludes.
GlobFilter filter(const std::vector<std::string>& rules) {
  std::vector<FilterRule> made;
  for (const std::string& rule : rules) made.push_back({rule.front() == '+', rule.substr(1)});
  auto created = GlobFilter::create(made);
  REQUIRE(created);
  return *std::move(created);
}

}  // namespace

TEST_CASE("without rules everything is taken") {
  CHECK(GlobFilter().takes("a/b"));
  CHECK(GlobFilter().may_take_below("a"));
  CHECK(filter({}).takes("a"));
}

TEST_CASE("the last rule that takes a path decides") {
  const auto pictures = filter({"-*", "+*.jpg"});
  CHECK(pictures.takes("a/b.jpg"));
  CHECK_FALSE(pictures.takes("a/b.txt"));
  const auto none = filter({"+*.jpg", "-*"});
  CHECK_FALSE(none.takes("a/b.jpg"));
  const auto some = filter({"-*.jpg", "+keep*", "-*.tmp.jpg"});
  CHECK(some.takes("keep.jpg"));
  CHECK_FALSE(some.takes("keep.tmp.jpg"));
  CHECK_FALSE(some.takes("a.jpg"));
  CHECK(some.takes("a.png"));
}

TEST_CASE("an excluded folder is not walked") {
  for (const std::string rule : {"-tmp", "-/tmp", "-tmp/", "-tmp/*", "-tmp/**", "-t*/*"}) {
    CAPTURE(rule);
    const auto without = filter({rule});
    CHECK_FALSE(without.may_take_below("tmp"));
    CHECK_FALSE(without.may_take_below("tmp/x/"));
    CHECK_FALSE(without.takes("tmp/a"));
    CHECK(without.may_take_below(""));
    CHECK(without.may_take_below("a"));
  }
  CHECK_FALSE(filter({"-*"}).may_take_below(""));
}

TEST_CASE("a folder is walked as long as something in it may be included again") {
  const auto kept = filter({"-tmp", "+tmp/keep/*.jpg"});
  CHECK(kept.may_take_below("tmp"));
  CHECK(kept.may_take_below("tmp/keep"));
  CHECK(kept.takes("tmp/keep/a.jpg"));
  CHECK_FALSE(kept.may_take_below("tmp/other"));
  CHECK_FALSE(kept.takes("tmp/other/a.jpg"));
  const auto pictures = filter({"-*", "+*.jpg"});
  CHECK(pictures.may_take_below(""));
  CHECK(pictures.may_take_below("any/where"));
  const auto one = filter({"-*", "+a/b/c.jpg"});
  CHECK(one.may_take_below("a"));
  CHECK(one.may_take_below("a/b"));
  CHECK_FALSE(one.may_take_below("a/x"));
  CHECK_FALSE(one.may_take_below("b"));
}

TEST_CASE("a folder that is not walked holds nothing that would be taken") {
  const std::vector<std::string> patterns{"*",   "**", "a",    "a/",  "a/*",    "a/**", "/a",
                                          "*/b", "b*", "**/b", "a/b", "a/**/b", "[!a]", "?/a/"};
  const std::vector<std::string> names{"a", "b", "ab"};
  std::vector<std::string> folders{""};
  for (std::size_t i = 0; i < 13; ++i) {
    for (const std::string& name : names) folders.push_back(folders[i] + name + "/");
  }
  for (const std::string& first : patterns) {
    for (const std::string& second : patterns) {
      for (const char* signs : {"--", "-+", "+-"}) {
        const auto made = filter({signs[0] + first, signs[1] + second});
        for (const std::string& folder : folders) {
          if (made.may_take_below(folder)) continue;
          for (const std::string& below : folders) {
            CAPTURE(signs, first, second, folder, below);
            REQUIRE_FALSE(made.takes(folder + below + "a"));
            REQUIRE_FALSE(made.takes(folder + below + "b"));
          }
        }
      }
    }
  }
}

TEST_CASE("a pattern that is none is refused with its name") {
  const auto refused = GlobFilter::create({{true, "*.jpg"}, {false, "[a"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().subject == "\"[a\"");
}
