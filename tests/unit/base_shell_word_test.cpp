// Words that a shell takes as they are.
#include <catch2/catch.hpp>

#include "base/shell_word.hpp"

using namespace xget;

TEST_CASE("words are quoted for a shell") {
  CHECK(shell_quoted("plain-1.2_x/y:z@%+,=") == "plain-1.2_x/y:z@%+,=");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("two words") == "'two words'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("$HOME;`x`*?[~#&|<>()!\"\\") == "'$HOME;`x`*?[~#&|<>()!\"\\'");
  CHECK(shell_quoted("日本") == "'日本'");
  CHECK(shell_quoted("~root") == "'~root'");
}

TEST_CASE("words that no terminal should see are escaped") {
  CHECK(shell_quoted("a\x1b[31m'\\\n") == "$'a\\x1B[31m\\'\\\\\\x0A'");
  CHECK(shell_quoted("\xff") == "$'\\xFF'");
}
