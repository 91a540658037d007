// A file of trace events.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "store/trace_file.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using namespace xget::store;
using nlohmann::json;

namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("A trace file is a JSON array of what was added, also of nothing") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "trace";
  const int events = GENERATE(0, 1, 3);
  auto file = TraceFile::create(path);
  REQUIRE(file);
  for (int i = 0; i < events; ++i) (*file)->add("{\"n\":" + std::to_string(i) + "}");
  REQUIRE((*file)->end());
  (*file)->add("{\"n\":\"too late\"}");
  file->reset();
  const json read = json::parse(text_of(path));
  REQUIRE(read.size() == static_cast<std::size_t>(events));
  for (int i = 0; i < events; ++i) CHECK(read[i]["n"] == i);
}

TEST_CASE("A trace file keeps every event of several threads whole") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "trace";
  auto file = TraceFile::create(path);
  REQUIRE(file);
  const auto add_many = [&] {
    for (int i = 0; i < 20000; ++i) (*file)->add("{\"text\":\"" + std::string(40, 'x') + "\"}");
  };
  std::thread other(add_many);
  add_many();
  other.join();
  std::thread impatient([&] { static_cast<void>((*file)->end()); });
  REQUIRE((*file)->end());
  impatient.join();
  CHECK(json::parse(text_of(path)).size() == 40000);
}

TEST_CASE("A trace replaces an older one, and no other file") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "trace";
  const std::string there = GENERATE("", "[\n", "[\n{\"n\":1}\n]\n", "my notes\n", "[1]\n", "[");
  std::ofstream(path) << there;
  const bool ours = there.empty() || there.starts_with("[\n");
  CHECK(TraceFile::create(path).has_value() == ours);
  if (!ours) CHECK(text_of(path) == there);
}

TEST_CASE("A trace that cannot be written says so at its end") {
  auto file = TraceFile::create("/dev/full");
  REQUIRE(file);
  (*file)->add("{}");
  const auto ended = (*file)->end();
  REQUIRE(!ended);
  CHECK(ended.error().code == ErrorCode::Disk);
  CHECK(ended.error().subject == "/dev/full");
}

TEST_CASE("A trace in a folder that is missing is refused") {
  CHECK(!TraceFile::create("/no/such/folder/trace"));
}
