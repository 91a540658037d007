#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "xget/error.hpp"

using namespace xget;

TEST_CASE("control characters are made visible and ordinary text is left alone") {
  CHECK(printable("plain text, ünïcode, 日本語, 🙂") ==
        "plain text, ünïcode, 日本語, 🙂");
  CHECK(printable("a\x1b[31mred\r\n") == "a\\x1B[31mred\\x0D\\x0A");
  CHECK(printable(std::string_view("nul\0end", 7)) == "nul\\x00end");
  CHECK(printable("del\x7f") == "del\\x7F");
  CHECK(printable("csi\xC2\x9b") == "csi\\xC2\\x9B");
}

TEST_CASE("marks that reorder text are made visible") {
  CHECK(printable("gpj\xE2\x80\xAE.exe") == "gpj\\xE2\\x80\\xAE.exe");
}

TEST_CASE("broken UTF-8 is made visible byte by byte") {
  CHECK(printable("\xff") == "\\xFF");
  CHECK(printable("\xC3") == "\\xC3");
  CHECK(printable("\xC3(") == "\\xC3(");
  CHECK(printable("\xC0\xAF") == "\\xC0\\xAF");
  CHECK(printable("\xED\xA0\x80") == "\\xED\\xA0\\x80");
  CHECK(printable("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");
}

TEST_CASE("UTF-8 characters are decoded to their code points") {
  CHECK(first_utf8("A").code == U'A');
  CHECK(first_utf8("é!").code == U'é');
  CHECK(first_utf8("é!").length == 2);
  CHECK(first_utf8("日").code == U'日');
  CHECK(first_utf8("🙂").code == U'🙂');
  CHECK_FALSE(first_utf8("\x80").valid);
}

TEST_CASE("a text with one broken character is not UTF-8") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain, ünïcode, 🙂"));
  CHECK_FALSE(is_utf8("a\xff"));
  CHECK_FALSE(is_utf8("a\xC3"));
}

TEST_CASE("names are compared and lowered in ASCII alone") {
  CHECK(equals_ignoring_case("Content-Range", "content-RANGE"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("É", "é"));
  CHECK(lower_case("SHA-256É") == "sha-256É");
}

TEST_CASE("trimming takes spaces and tabs from both ends") {
  CHECK(trim(" \t a b\t ") == "a b");
  CHECK(trim(" \t").empty());
  CHECK(trim("").empty());
}

TEST_CASE("a line is the same with and without a carriage return at its end") {
  CHECK(without_return("a\r") == "a");
  CHECK(without_return("a\r\r") == "a\r");
  CHECK(without_return("\ra") == "\ra");
  CHECK(without_return("").empty());
}

TEST_CASE("a text has one part more than separators, empty ones too") {
  const auto parts_of = [](std::string_view text) {
    std::vector<std::string> all;
    Parts parts(text, ',');
    while (const auto part = parts.next()) all.emplace_back(*part);
    CHECK_FALSE(parts.next());
    return all;
  };
  using List = std::vector<std::string>;
  CHECK(parts_of("a,b c") == List{"a", "b c"});
  CHECK(parts_of("a,,b,") == List{"a", "", "b", ""});
  CHECK(parts_of(",") == List{"", ""});
  CHECK(parts_of("") == List{""});
}

TEST_CASE("an error reads as operation, subject and cause") {
  CHECK(to_string(Error{.operation = "connect", .subject = "host", .cause = "refused"}) ==
        "connect host: refused");
  CHECK(to_string(Error{.operation = "connect", .subject = "", .cause = "refused"}) ==
        "connect: refused");
  CHECK(to_string(Error{.operation = "open", .subject = "a\x1b", .cause = "x\n"}) ==
        "open a\\x1B: x\\x0A");
}
