#include <catch2/catch.hpp>

#include "base/path_parts.hpp"

using namespace xget;

TEST_CASE("a path is parted at its last slash, which is the folder's") {
  const auto parted = [](std::string_view path, std::string_view folder, std::string_view name) {
    INFO(path);
    CHECK(parts_of(path).folder == folder);
    CHECK(parts_of(path).name == name);
  };
  parted("a", "", "a");
  parted("b/a", "b/", "a");
  parted("/a", "/", "a");
  parted("c//b/a.x", "c//b/", "a.x");
  parted("b/", "b/", "");
  parted("", "", "");
}

TEST_CASE("a name in a folder has one slash before it, and none in the working folder") {
  CHECK(path_in("", "a") == "a");
  CHECK(path_in("b", "a") == "b/a");
  CHECK(path_in("b/", "a") == "b/a");
  CHECK(path_in("/", "a") == "/a");
}
