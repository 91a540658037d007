#include <catch2/catch.hpp>

#include "base/json_object.hpp"

using namespace xget;

TEST_CASE("an object has its fields in order, each as its kind is written") {
  const std::vector<std::uint8_t> numbers{0, 17, 255};
  CHECK(JsonObject()
            .with("text", "a")
            .with("number", 7)
            .with("largest", ~std::uint64_t{0})
            .with("less", -3L)
            .with("share", 0.5)
            .with("yes", true)
            .with("size", std::optional<std::uint64_t>(9))
            .with("nothing", std::optional<std::uint64_t>())
            .with("list", std::span<const std::uint8_t>(numbers))
            .text() ==
        R"({"text":"a","number":7,"largest":18446744073709551615,"less":-3,"share":0.500,)"
        R"("yes":true,"size":9,"nothing":null,"list":[0,17,255]})");
  CHECK(JsonObject().text() == "{}");
  CHECK(JsonObject().with("in", JsonObject().with("a", "b")).text() == R"({"in":{"a":"b"}})");
}

TEST_CASE("a text stays on its line and inside its quotes whatever is in it") {
  const auto quoted = [](std::string_view text) {
    std::string to;
    append_json_string(to, text);
    return to;
  };
  CHECK(quoted("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(quoted("a\nb\x1b[2J\x7f") == R"("a\u000ab\u001b[2J\u007f")");
  CHECK(quoted(std::string_view("\0", 1)) == R"("\u0000")");
  CHECK(quoted("日本語") == "\"日本語\"");
  CHECK(quoted("a\xff\xc3") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}
