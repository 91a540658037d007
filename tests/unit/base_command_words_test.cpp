// A command in one text, split as a shell would quote it and run by none.
#include <catch2/catch.hpp>

#include "base/command_words.hpp"

using namespace xget;

using Words = std::vector<std::string>;

namespace {

Words words(const std::string& text) {
  const auto split = split_command(text);
  REQUIRE(split);
  return *split;
}

std::string refusal(const std::string& text) {
  const auto split = split_command(text);
  REQUIRE_FALSE(split);
  CHECK(split.error().code == ErrorCode::Usage);
  return split.error().cause;
}

}  // namespace

TEST_CASE("Words are parted by white space") {
  CHECK(words("program") == Words{"program"});
  CHECK(words("  a\tb \n c ") == Words{"a", "b", "c"});
}

TEST_CASE("Quotes and backslashes keep a word together") {
  CHECK(words("a 'b c' d") == Words{"a", "b c", "d"});
  CHECK(words(R"(a "b c" d)") == Words{"a", "b c", "d"});
  CHECK(words(R"(a b\ c\\)") == Words{"a", R"(b c\)"});
  CHECK(words(R"(a 'it'\''s' "")") == Words{"a", "it's", ""});
  CHECK(words(R"(a "\"\\\$\`\n" '\n')") == Words{"a", R"("\$`\n)", R"(\n)"});
  CHECK(words("sh -c 'x | y > $HOME'") == Words{"sh", "-c", "x | y > $HOME"});
}

TEST_CASE("What only a shell can do is refused, not passed on") {
  const std::string mark = GENERATE("|", "&", ";", "<", ">", "(", ")", "$", "`");
  CHECK(refusal("a b" + mark + "c").starts_with(mark));
}

TEST_CASE("Inside double quotes a shell would still replace things") {
  CHECK(refusal(R"(a "$HOME")").starts_with("$"));
  CHECK(refusal("a \"`id`\"").starts_with("`"));
}

TEST_CASE("An open quote and a command without a program are mistakes") {
  CHECK(refusal("a 'b") == "a ' is not closed");
  CHECK(refusal("a \"b") == "a \" is not closed");
  CHECK(refusal("a b\\") == "it ends in a backslash");
  CHECK(refusal("  ") == "it names no program");
  CHECK(refusal("''") == "it names no program");
}
