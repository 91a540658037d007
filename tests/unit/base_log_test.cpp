#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;

TEST_CASE("a log file gets time, level and text, each message on one line") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "log";
  REQUIRE(log::start(log::Level::Info, path));
  CHECK(log::enabled(log::Level::Info));
  CHECK_FALSE(log::enabled(log::Level::Debug));
  log::debug("too much");
  log::info("first {} %s");
  log::warning("two\nlines \x1b[31m");
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string lines = text.str();
  CHECK(lines.find("too much") == std::string::npos);
  CHECK(lines.find(" info first {} %s\n") != std::string::npos);
  CHECK(lines.find(" warning two\\x0Alines \\x1B[31m\n") != std::string::npos);
  CHECK(lines.find("T") == 10);
}

TEST_CASE("a log file that cannot be opened is told") {
  errno = 0;
  CHECK_FALSE(log::start(log::Level::Info, "/dev/null/log"));
  CHECK(errno == ENOTDIR);
}

TEST_CASE("no folder is made for a log file") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(log::start(log::Level::Info, folder / "a/b"));
  CHECK(std::filesystem::is_empty(folder.path()));
}
