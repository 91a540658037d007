#include <catch2/catch.hpp>
#include <string>

#include "store/origin_url.hpp"

using namespace xget;

TEST_CASE("of a URL a file keeps no query and no fragment") {
  CHECK(store::origin_url("https://h/a/b.iso") == "https://h/a/b.iso");
  CHECK(store::origin_url("https://h/a?v=1&X-Sig=abc#part") == "https://h/a");
  CHECK(store::origin_url("https://h/a#token") == "https://h/a");
  CHECK_FALSE(store::origin_url(""));
  CHECK_FALSE(store::origin_url("https://h/" + std::string(4096, 'a')));
}
