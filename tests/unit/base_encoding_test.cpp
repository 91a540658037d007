#include <catch2/catch.hpp>

#include "base/digest.hpp"
#include "base/encoding.hpp"

using namespace xget;

namespace {

// In hexadecimal digits, or "-".
std::string hex(std::string_view text) {
  const auto bytes = parse_hex(text);
  return bytes ? to_hex(*bytes) : "-";
}

std::string base64(std::string_view text) {
  const auto bytes = parse_base64(text);
  return bytes ? to_hex(*bytes) : "-";
}

}  // namespace

TEST_CASE("hexadecimal digits are bytes in any case") {
  CHECK(hex("00ffA5a5") == "00ffa5a5");
  CHECK(hex("").empty());
  for (const char* text : {"0", "0g", "g0", "0x00", " 00", "00 ", "-1"}) {
    CAPTURE(text);
    CHECK(hex(text) == "-");
  }
}

TEST_CASE("base64 is read as RFC 4648 writes it") {
  CHECK(base64("").empty());
  CHECK(base64("Zg==") == "66");
  CHECK(base64("Zm8=") == "666f");
  CHECK(base64("Zm9v") == "666f6f");
  CHECK(base64("Zm9vYmFy") == "666f6f626172");
  CHECK(base64("+/+/") == "fbffbf");
}

TEST_CASE("base64 is written as it is read") {
  const auto written = [](std::string_view text) {
    return to_base64(std::as_bytes(std::span(text)));
  };
  CHECK(written("").empty());
  CHECK(written("f") == "Zg==");
  CHECK(written("fo") == "Zm8=");
  CHECK(written("foo") == "Zm9v");
  CHECK(written("foobar") == "Zm9vYmFy");
  CHECK(written("\xfb\xff\xbf") == "+/+/");
  CHECK(written("me:pässword") == "bWU6cMOkc3N3b3Jk");
}

TEST_CASE("base64 has one spelling for the same bytes") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Z===", "Zm9v\n",
                           "Zm 9v", "Z=9v", "-_-_", "Zm9vZg"}) {
    CAPTURE(text);
    CHECK(base64(text) == "-");
  }
}

TEST_CASE("percent escapes become bytes and broken ones stay") {
  CHECK(percent_decoded("a%20b%2Fc%c3%A9") == "a b/cé");
  CHECK(percent_decoded("%") == "%");
  CHECK(percent_decoded("%4") == "%4");
  CHECK(percent_decoded("%4g%zz%") == "%4g%zz%");
}

TEST_CASE("whatever URLs may give a meaning to is escaped") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b/c%é") == "a%20b%2Fc%25%C3%A9");
  CHECK(percent_encoded(std::string_view("\0?#", 3)) == "%00%3F%23");
  CHECK(percent_encoded("a/b+c", "/") == "a/b%2Bc");
  CHECK(percent_decoded(percent_encoded("100%41 sure")) == "100%41 sure");
}
