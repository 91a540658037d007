// Which finished files others can be made from.
#include <catch2/catch.hpp>

#include "engine/originals.hpp"

using namespace xget;
using engine::Originals;

TEST_CASE("an original is found by its content until it is forgotten or another takes its place") {
  Originals originals;
  CHECK_FALSE(originals.find("sha256:1"));
  originals.remember("sha256:1", {"a", {.size = 5}});
  originals.remember("sha256:2", {"b", {}});
  CHECK(originals.find("sha256:1")->path == "a");
  originals.remember("sha256:1", {"c", {}});
  CHECK(originals.find("sha256:1")->path == "c");
  originals.forget("sha256:1");
  CHECK_FALSE(originals.find("sha256:1"));
  CHECK(originals.find("sha256:2")->path == "b");
}

TEST_CASE("of a list without end the oldest originals are forgotten") {
  Originals originals;
  const auto content = [](std::size_t i) { return "md5:" + std::to_string(i); };
  for (std::size_t i = 0; i <= Originals::kMost; ++i) originals.remember(content(i), {"f", {}});
  CHECK_FALSE(originals.find(content(0)));
  CHECK(originals.find(content(1)));
  CHECK(originals.find(content(Originals::kMost)));
}

TEST_CASE("what is said once is not said of each file") {
  Originals originals;
  CHECK(originals.first_to_say_so());
  CHECK_FALSE(originals.first_to_say_so());
}
