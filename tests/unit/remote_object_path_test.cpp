#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "remote/object_path.hpp"
#include "remote/object_url.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

// nullopt: it has one.
std::optional<PathFault> fault_of_key(std::string_view rest) {
  const auto path = path_of_key(rest);
  return path ? std::nullopt : std::optional(path.error());
}

std::optional<PathFault> fault_of_path(std::string_view path) {
  const auto key = key_of_path("p/", path);
  return key ? std::nullopt : std::optional(key.error());
}

}  // namespace

TEST_CASE("a key's path is its own bytes, and back") {
  for (const std::string& rest : {std::string("a"), std::string("a/b.tar.gz"),
                                  std::string(" a+b%2F#?&=.."), std::string("...") + "/.hidden/-rf",
                                  std::string("back\\slash:*"), std::string("\x01\n\x7F\x1b[2J"),
                                  std::string("\xC3\xA4\xE2\x80\xAE"), std::string(255, 'n')}) {
    CAPTURE(rest);
    CHECK(path_of_key(rest) == rest);
    CHECK(key_of_path("p/", rest) == "p/" + rest);
  }
}

TEST_CASE("a key whose bytes are no text has a path, which then has no key") {
  CHECK(path_of_key("\xFF") == "\xFF");
  CHECK(fault_of_path("\xFF") == PathFault::NotUtf8);
}

TEST_CASE("nothing leads out of the folder, either way") {
  for (const std::string_view climbing :
       {"..", "../a", "a/..", "a/../../b", ".", "./a", "a/./b", "a/."}) {
    CAPTURE(climbing);
    CHECK(fault_of_key(climbing) == PathFault::Dot);
    CHECK(fault_of_path(climbing) == PathFault::Dot);
  }
  CHECK(fault_of_key("/etc/passwd") == PathFault::Absolute);
  CHECK(fault_of_path("/etc/passwd") == PathFault::Absolute);
  CHECK(fault_of_key("/") == PathFault::Absolute);
}

TEST_CASE("two keys never have one path") {
  CHECK(fault_of_key("a//b") == PathFault::EmptySegment);
  CHECK(fault_of_key("a/b//") == PathFault::Folder);
  CHECK(fault_of_key(std::string_view("a\0b", 3)) == PathFault::Nul);
}

TEST_CASE("a folder's marker is told from what is refused") {
  CHECK(fault_of_key("a/") == PathFault::Folder);
  CHECK(fault_of_key("") == PathFault::Folder);
  CHECK(fault_of_path("a/") == PathFault::Folder);
}

TEST_CASE("a name that no file system takes is refused before the disk is asked") {
  CHECK(fault_of_key("a/" + std::string(256, 'n')) == PathFault::LongSegment);
  CHECK(fault_of_key(std::string(255, 'n') + "/" + std::string(255, 'n')) == std::nullopt);
}

TEST_CASE("no key takes the place of what xget keeps beside a file, and none of it is sent") {
  for (const std::string_view name :
       {"x.partial", "a/x.partial.json", "x.PARTIAL", "x.partial.old", "x.partial/y", ".partial"}) {
    CAPTURE(name);
    CHECK(fault_of_key(name) == PathFault::OwnName);
    CHECK(fault_of_path(name) == PathFault::OwnName);
  }
  CHECK(fault_of_key("partial") == std::nullopt);
  CHECK(fault_of_key("x.partially") == std::nullopt);
}

TEST_CASE("a path that makes the key too long is refused") {
  const std::string path = std::string(255, 'n') + "/" + std::string(255, 'n');
  const std::string prefix(kLongestKey - path.size(), 'p');
  CHECK(key_of_path(prefix, path));
  CHECK(key_of_path(prefix + "p", path).error() == PathFault::LongKey);
}

TEST_CASE("every refusal says why") {
  for (int fault = 0; fault <= static_cast<int>(PathFault::LongKey); ++fault) {
    CHECK(std::string(to_string(static_cast<PathFault>(fault))) != "");
  }
}
