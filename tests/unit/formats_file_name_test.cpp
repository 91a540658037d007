#include <catch2/catch.hpp>

#include "formats/file_name.hpp"

using xget::formats::kLongestFileName;
using xget::formats::safe_file_name;
using xget::formats::safe_server_file_name;

TEST_CASE("an ordinary name stays as it is") {
  CHECK(safe_file_name("linux-6.12.tar.xz") == "linux-6.12.tar.xz");
  CHECK(safe_file_name("zwei Wörter, 日本.iso") == "zwei Wörter, 日本.iso");
  CHECK(safe_file_name("con") == "con");
}

TEST_CASE("a name never climbs out of its folder") {
  CHECK(safe_file_name("../../etc/passwd") == "passwd");
  CHECK(safe_file_name("/etc/passwd") == "passwd");
  CHECK(safe_file_name("C:\\Windows\\system.ini") == "system.ini");
  CHECK(safe_file_name("a/..\\b") == "b");
}

TEST_CASE("a name is never hidden and never looks like an option") {
  CHECK(safe_file_name(".profile") == "_profile");
  CHECK(safe_file_name("..profile") == "__profile");
  CHECK(safe_file_name("-rf") == "_rf");
  CHECK(safe_file_name("-") == "_");
  CHECK(safe_file_name(" .profile") == "_profile");
}

TEST_CASE("control characters, reordering marks and broken UTF-8 become underscores") {
  CHECK(safe_file_name("a\x1b[2J\n.txt") == "a_[2J_.txt");
  CHECK(safe_file_name("a\xff\xfe.txt") == "a__.txt");
  CHECK(safe_file_name("gpj\xE2\x80\xAE.exe") == "gpj_.exe");
  CHECK(safe_file_name(std::string_view("a\0b", 3)) == "a_b");
}

TEST_CASE("spaces and dots at the end are trimmed") {
  CHECK(safe_file_name("name.txt. . ") == "name.txt");
  CHECK(safe_file_name("  name ") == "name");
}

TEST_CASE("where no name is left the error asks for -o") {
  for (const char* raw : {"", ".", "..", "...", " ", " . ", "dir/", "dir\\", "a/.."}) {
    INFO(raw);
    const auto name = safe_file_name(raw);
    REQUIRE_FALSE(name);
    CHECK(name.error().code == xget::ErrorCode::Usage);
    CHECK(name.error().remedy.find("-o FILE") != std::string::npos);
  }
}

TEST_CASE("a long name is cut where a character begins and keeps its extension") {
  const auto cut = safe_file_name(std::string(300, 'a') + ".tar.xz");
  REQUIRE(cut);
  CHECK(cut->size() == kLongestFileName);
  CHECK(cut->ends_with("a.tar.xz"));

  std::string wide;
  while (wide.size() < 400) wide += "日";
  for (const char* extension : {"", ".x", ".xy", ".xyz"}) {
    const auto name = safe_file_name(wide + extension);
    REQUIRE(name);
    CHECK(name->size() <= kLongestFileName);
    CHECK(name->size() > kLongestFileName - 3);
    CHECK(name->ends_with("日" + std::string(extension)));
  }
}

TEST_CASE("a long name that is cut at a space or a dot does not end in it") {
  for (const char* end : {" ", ".", ". ."}) {
    INFO(end);
    const std::string front(kLongestFileName - std::string_view(end).size(), 'n');
    const auto name = safe_file_name(front + end + std::string(300, 'n'));
    REQUIRE(name);
    CHECK(*name == front);
  }
}

TEST_CASE("a dot far from the end of a long name does not make an extension") {
  const auto name = safe_file_name("a." + std::string(400, 'b'));
  REQUIRE(name);
  CHECK(*name == "a." + std::string(kLongestFileName - 2, 'b'));
}

TEST_CASE("a server's name for a file is safe like any other") {
  CHECK(safe_server_file_name("a.iso") == "a.iso");
  CHECK(safe_server_file_name("../../.ssh/authorized_keys") == "authorized_keys");
  CHECK(safe_server_file_name("../.bashrc") == "_bashrc");
  for (const char* raw : {"", "..", "/", "dir/", " . "}) {
    INFO(raw);
    CHECK(safe_server_file_name(raw) == std::nullopt);
  }
}

TEST_CASE("a server's name is none of those that xget keeps its records under") {
  CHECK(safe_server_file_name("a.iso.partial") == "a.iso_partial");
  CHECK(safe_server_file_name("a.iso.partial.json") == "a.iso_partial.json");
  CHECK(safe_server_file_name("a.iso.PARTIAL.Json") == "a.iso_PARTIAL.Json");
  CHECK(safe_server_file_name("a.partial.partial.old") == "a_partial_partial.old");
  CHECK(safe_server_file_name("my partial.iso") == "my partial.iso");
}
