// The files of AWS's profiles need not be there, unless one was named.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "remote/profile_files.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using remote::read_profiles;

namespace {

struct Fixture {
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return folder / name;
  }
  test::TemporaryFolder folder;
  remote::ProfilePaths paths{
      .credentials = folder / "credentials", .config = folder / "config", .sso_cache = ""};
};

bool has(const Result<remote::Profiles>& profiles, const std::string& name) {
  REQUIRE(profiles.has_value());
  return profiles->find(name).value().has_value();
}

}  // namespace

TEST_CASE_METHOD(Fixture, "without files there are no profiles") {
  CHECK_FALSE(has(read_profiles(paths, ""), "default"));
  CHECK_FALSE(has(read_profiles({}, ""), "default"));
  CHECK_FALSE(has(read_profiles({.credentials = file("a", "") + "/b"}, ""), "default"));
}

TEST_CASE_METHOD(Fixture, "both files are read, and one that is named in place of the first") {
  file("credentials", "[a]\n");
  file("config", "[profile b]\n");
  const auto usual = read_profiles(paths, "");
  CHECK(has(usual, "a"));
  CHECK(has(usual, "b"));
  const auto own = read_profiles(paths, file("own", "[c]\n"));
  CHECK_FALSE(has(own, "a"));
  CHECK(has(own, "b"));
  CHECK(has(own, "c"));
}

TEST_CASE_METHOD(Fixture, "a file that cannot be read, or was named and is missing, is told") {
  const auto missing = read_profiles(paths, folder / "own");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().subject == folder / "own");
  std::filesystem::create_directory(paths.config);
  const auto unreadable = read_profiles(paths, "");
  REQUIRE_FALSE(unreadable.has_value());
  CHECK(to_string(unreadable.error()) ==
        "read the profiles in " + paths.config + ": it is a folder");
}
