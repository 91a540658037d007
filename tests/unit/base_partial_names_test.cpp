#include <catch2/catch.hpp>
#include <set>

#include "base/partial_names.hpp"

using namespace xget;

TEST_CASE("each name beside a file is the file's with one of the suffixes") {
  const std::set<std::string> names{partial_of("f"),   sidecar_of("f"), draft_of(sidecar_of("f")),
                                    set_aside_of("f"), mark_of("f"),    lock_of("f"),
                                    duplicate_of("f")};
  std::set<std::string> suffixed;
  for (const auto suffix : kSuffixesBesideFile) suffixed.insert("f" + std::string(suffix));
  CHECK(names == suffixed);
  for (const std::string& name : names) CHECK(name.size() <= 1 + kLongestSuffixBesideFile);
}

TEST_CASE("a name beside one file is a name beside no other") {
  // Else two files could be downloaded at once whose own names do not meet, and theirs beside do.
  for (const auto one : kSuffixesBesideFile) {
    for (const auto other : kSuffixesBesideFile) {
      if (one != other) CHECK_FALSE(one.ends_with(other));
    }
  }
}

TEST_CASE("a path keeps its folder in the names beside it") {
  CHECK(partial_of("a/b/f") == "a/b/f.partial");
  CHECK(set_aside_of("a/b/f") == "a/b/f.partial.old");
}

TEST_CASE("a hashed sidecar's name tells paths apart and leaves room for its draft") {
  const std::string longest(255, 'n');
  for (const std::string& path : {std::string("f"), "a/" + longest, "b/" + longest}) {
    CHECK(draft_of(hashed_sidecar_of(path, 255)).size() <= 255);
    CHECK(hashed_sidecar_of(path, 255).ends_with(kSidecarSuffix));
  }
  CHECK(hashed_sidecar_of("a/f", 255) != hashed_sidecar_of("b/f", 255));
  CHECK(hashed_sidecar_of("a/f", 255) == hashed_sidecar_of("b/../a/f", 255));
  CHECK(hashed_sidecar_of("a/f", 255).starts_with("f."));
}
