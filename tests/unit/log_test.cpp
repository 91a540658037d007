#include "base/log.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace xget;

TEST_CASE("a log file gets time, level and text, each message on one line") {
  std::string path = "/tmp/xget-log-test-XXXXXX";
  const int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  REQUIRE(log::start(log::Level::Info, path));
  CHECK(log::enabled(log::Level::Info));
  CHECK_FALSE(log::enabled(log::Level::Debug));
  log::debug("too much");
  log::info("first {} %s");
  log::warning("two\nlines \x1b[31m");
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  ::unlink(path.c_str());
  const std::string lines = text.str();
  CHECK(lines.find("too much") == std::string::npos);
  CHECK(lines.find(" info first {} %s\n") != std::string::npos);
  CHECK(lines.find(" warning two\\x0Alines \\x1B[31m\n") != std::string::npos);
  CHECK(lines.find("T") == 10);
}

TEST_CASE("a log file that cannot be opened is told and changes nothing") {
  errno = 0;
  CHECK_FALSE(log::start(log::Level::Info, "/dev/null/log"));
  CHECK(errno == ENOTDIR);
}

TEST_CASE("no folder is made for a log file") {
  std::string folder = "/tmp/xget-log-test-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  CHECK_FALSE(log::start(log::Level::Info, folder + "/a/b"));
  CHECK(::rmdir(folder.c_str()) == 0);  // it is empty
}
