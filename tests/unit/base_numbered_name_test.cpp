#include <catch2/catch.hpp>

#include "base/numbered_name.hpp"

using namespace xget;

TEST_CASE("a numbered name keeps the file's last extension and its folder") {
  CHECK(numbered_name("file.iso", 1) == "file.1.iso");
  CHECK(numbered_name("a.b/c.tar.gz", 12) == "a.b/c.tar.12.gz");
  CHECK(numbered_name("file", 2) == "file.2");
  CHECK(numbered_name("a.b/file", 2) == "a.b/file.2");
  CHECK(numbered_name(".profile", 1) == ".profile.1");
  CHECK(numbered_name("a/.profile", 1) == "a/.profile.1");
  CHECK(numbered_name("file.", 1) == "file.1.");
}
