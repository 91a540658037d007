#include <catch2/catch.hpp>
#include <string>

#include "remote/glob.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

bool takes(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::parse(pattern);
  REQUIRE(glob);
  return glob->takes_file(segments_of(path));
}

}  // namespace

TEST_CASE("a name's pattern takes it at any depth, one with a slash from the top") {
  CHECK(takes("*.txt", "a.txt"));
  CHECK(takes("*.txt", "x/y/a.txt"));
  CHECK_FALSE(takes("/*.txt", "x/a.txt"));
  CHECK(takes("/*.txt", "a.txt"));
  CHECK(takes("x/*.txt", "x/a.txt"));
  CHECK(takes("/x/*.txt", "x/a.txt"));
  CHECK_FALSE(takes("x/*.txt", "y/x/a.txt"));
  CHECK_FALSE(takes("*.txt", "a.txt2"));
}

TEST_CASE("a star ends at a slash, two of them do not") {
  CHECK(takes("x/*/z", "x/y/z"));
  CHECK_FALSE(takes("x/*/z", "x/y/y/z"));
  CHECK(takes("x/**/z", "x/z"));
  CHECK(takes("x/**/z", "x/y/y/z"));
  CHECK(takes("**/y/z", "y/z"));
  CHECK(takes("**/y/z", "x/x/y/z"));
  CHECK_FALSE(takes("**/y/z", "x/yy/z"));
  CHECK(takes("x/**", "x/y"));
  CHECK_FALSE(takes("x/**", "x"));
  CHECK(takes("x/**/y/**/z", "x/a/y/y/b/z"));
  CHECK(takes("a**b", "axxb"));
  CHECK(takes("**", "x/y"));
}

TEST_CASE("a pattern that takes a folder takes what is in it, a slash at its end folders alone") {
  CHECK(takes("tmp", "tmp/a"));
  CHECK(takes("tmp", "x/tmp/y/a"));
  CHECK(takes("x/tmp*", "x/tmp7/a"));
  CHECK(takes("tmp/", "x/tmp/a"));
  CHECK_FALSE(takes("tmp/", "x/tmp"));
  CHECK_FALSE(takes("/tmp/", "x/tmp/a"));
}

TEST_CASE("a question mark is one character, in UTF-8 or not") {
  CHECK(takes("a?c", "abc"));
  CHECK(takes("a?c",
              "a\xC3\xA4"
              "c"));
  CHECK(takes("a?c",
              "a\xFF"
              "c"));
  CHECK_FALSE(takes("a?c", "ac"));
  CHECK_FALSE(takes("a?c", "abbc"));
  CHECK_FALSE(takes("a?c", "a/c"));
}

TEST_CASE("a bracket is one of its characters, or none of them") {
  CHECK(takes("[abc]", "b"));
  CHECK_FALSE(takes("[abc]", "d"));
  CHECK(takes("[a-cx]", "b"));
  CHECK(takes("[a-cx]", "x"));
  CHECK_FALSE(takes("[a-cx]", "w"));
  CHECK(takes("[!a-c]", "d"));
  CHECK_FALSE(takes("[^a-c]", "b"));
  CHECK(takes("[]]", "]"));
  CHECK(takes("[!]]", "x"));
  CHECK(takes("[a-]", "-"));
  CHECK(takes("[\\]-]x", "]x"));
  CHECK(takes("[\xC3\xA0-\xC3\xBF]", "\xC3\xA4"));
  CHECK_FALSE(takes("[c-a]", "b"));
  CHECK(takes("[*]", "*"));
  CHECK_FALSE(takes("[*]", "x"));
}

TEST_CASE("a backslash makes the next character mean itself") {
  CHECK(takes("\\*", "*"));
  CHECK_FALSE(takes("\\*", "x"));
  CHECK(takes("\\[a]", "[a]"));
  CHECK(takes("a\\\\b", "a\\b"));
  CHECK(takes("\\a", "a"));
}

TEST_CASE("stars give way to each other as far as it takes") {
  CHECK(takes("*a*b*c", "xaxbxbxc"));
  CHECK(takes("*aab", "aaaab"));
  CHECK_FALSE(takes("*aab", "aaaa"));
  CHECK(takes("*", ""));
  CHECK_FALSE(takes(std::string(30, '*') + "b", std::string(10'000, 'a')));
  CHECK_FALSE(takes("*a*a*a*a*a*a*a*b", std::string(10'000, 'a')));
}

TEST_CASE("a pattern that is none is refused") {
  for (const std::string_view pattern :
       {"", "/", "//", "[a", "[", "[!]", "[]", "a/[b/c]", "a\\", "[a\\", "[\\]", "a\\/b"}) {
    CAPTURE(pattern);
    const auto glob = Glob::parse(pattern);
    REQUIRE_FALSE(glob);
    CHECK(glob.error().code == ErrorCode::Usage);
  }
}
