#include <algorithm>
#include <catch2/catch.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "remote/multipart_etag.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

constexpr const char* kEmptyMd5 = "d41d8cd98f00b204e9800998ecf8427e";

std::vector<std::byte> some_bytes() {
  std::vector<std::byte> data(1000);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * 7 + 1);
  return data;
}

// Fed in steps of `step` bytes.
std::string etag_of(std::span<const std::byte> bytes, std::optional<std::uint64_t> part_size,
                    std::size_t step = 4096) {
  auto etag = EtagOfBytes::create(part_size);
  REQUIRE(etag);
  while (!bytes.empty()) {
    const std::size_t taken = std::min(step, bytes.size());
    etag->update(bytes.first(taken));
    bytes = bytes.subspan(taken);
  }
  return to_string(etag->finish());
}

}  // namespace

TEST_CASE("an ETag that is an MD5 is known by its form, with or without quotes") {
  const std::string md5 = kEmptyMd5;
  CHECK(parse_md5_etag(md5) == Md5Etag{md5, 0});
  CHECK(parse_md5_etag("\"" + md5 + "\"") == Md5Etag{md5, 0});
  CHECK(parse_md5_etag("\"D41D8CD98F00B204E9800998ECF8427E\"") == Md5Etag{md5, 0});
  CHECK(parse_md5_etag("\"" + md5 + "-10000\"") == Md5Etag{md5, 10000});
}

TEST_CASE("an ETag of another form is no MD5") {
  const std::string md5 = kEmptyMd5;
  for (const std::string& etag :
       {std::string(), std::string("\""), std::string("\"\""), "W/\"" + md5 + "\"", md5 + "0",
        md5.substr(1), "g" + md5.substr(1), md5 + "-", md5 + "-0", md5 + "--1", md5 + "-1x",
        "\"" + md5, md5 + "\""}) {
    CAPTURE(etag);
    CHECK_FALSE(parse_md5_etag(etag));
  }
}

TEST_CASE("an ETag is written as it is read, without quotes") {
  CHECK(to_string(*parse_md5_etag("\"D41D8CD98F00B204E9800998ECF8427E-3\"")) ==
        "d41d8cd98f00b204e9800998ecf8427e-3");
}

TEST_CASE("bytes that are sent at once have their MD5 for an ETag") {
  CHECK(etag_of(some_bytes(), std::nullopt) == "7874d3c13d4ed33f057def947e0621ef");
  CHECK(etag_of({}, std::nullopt) == kEmptyMd5);
}

TEST_CASE("bytes that are sent in parts have the MD5 of the parts' MD5s and their number") {
  for (const std::size_t step : {1, 7, 100, 299, 4096}) {
    CAPTURE(step);
    CHECK(etag_of(some_bytes(), 100, step) == "1e7481eb6479105b68661b8c3a301939-10");
    CHECK(etag_of(some_bytes(), 300, step) == "ace8a510c10334042dfc26124f49b537-4");
    CHECK(etag_of(some_bytes(), 1000, step) == "3cd11fcf2e155410decda17fd6dfcf08-1");
    CHECK(etag_of(some_bytes(), 4096, step) == "3cd11fcf2e155410decda17fd6dfcf08-1");
  }
  CHECK(etag_of({}, 100) == "59adb24ef3cdbe0297f05b395827453f-1");
}

TEST_CASE("the ETag of parts follows from their MD5s alone") {
  auto etag = PartsEtag::create();
  REQUIRE(etag);
  etag->add(*parse_hex(kEmptyMd5));
  CHECK(etag->finish() == Md5Etag{"59adb24ef3cdbe0297f05b395827453f", 1});
}

TEST_CASE("an ETag is the same with and without its quotes") {
  CHECK(same_etag("\"e-1\"", "e-1"));
  CHECK_FALSE(same_etag("\"e-1\"", "e-2"));
}
