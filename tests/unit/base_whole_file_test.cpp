#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "base/descriptor.hpp"
#include "base/whole_file.hpp"
#include "store_fixture.hpp"

using namespace xget;
using store_test::TemporaryFolder;
using store_test::write_file;

namespace {

std::string refusal(const std::string& path, std::size_t most_bytes = 100) {
  const auto read = read_whole_file(path, most_bytes);
  return read ? "" : read.error();
}

}  // namespace

TEST_CASE("a file is read whole, up to the size that is allowed") {
  const TemporaryFolder here;
  const std::string text(40U << 10, 'x');  // more than one read
  write_file(here / "f", text);
  const auto read = read_whole_file(here / "f", text.size());
  REQUIRE(read);
  CHECK(read->text == text);
  CHECK(S_ISREG(read->status.st_mode));
  CHECK(refusal(here / "f", 32U << 10) == "it is larger than 32.0 KiB");
  CHECK_FALSE(refusal(here / "f", text.size() - 1).empty());
  write_file(here / "empty", "");
  CHECK(read_whole_file(here / "empty", 0)->text.empty());
}

TEST_CASE("a file that cannot be read is refused in words") {
  const TemporaryFolder here;
  CHECK(refusal(here / "none") == "No such file or directory");
  CHECK(refusal(here.path()) == "it is a folder");
}

TEST_CASE("a read that fails is not taken for the end of the file") {
  CHECK(refusal("/proc/self/mem") == "Input/output error");
}

TEST_CASE("a pipe is read to its end, and a descriptor stays open") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const Descriptor from(ends[0]);
  {
    const Descriptor into(ends[1]);
    REQUIRE(::write(into.get(), "piped", 5) == 5);
  }
  const auto read = read_whole(from.get(), 5);
  REQUIRE(read);
  CHECK(read->text == "piped");
  CHECK(::fcntl(from.get(), F_GETFD) != -1);
}
