#include <catch2/catch.hpp>

#include "cli/foreign_option.hpp"
#include "cli/read_words.hpp"
#include "cli/suggestion.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

using Words = std::vector<std::string>;

Given read(const Words& words) {
  const auto given = read_words(words);
  REQUIRE(given);
  return *given;
}

Error refused(const Words& words) {
  const auto given = read_words(words);
  REQUIRE_FALSE(given);
  CHECK(given.error().code == ErrorCode::Usage);
  return given.error();
}

}  // namespace

TEST_CASE("options and URLs may be mixed and keep their order") {
  const Given given = read({"https://a/1", "-o", "x", "-n", "8", "https://a/2", "--output=y"});
  CHECK(given.urls == Words{"https://a/1", "https://a/2"});
  CHECK(given.all(OptionId::Output) == Words{"x", "y"});
  CHECK(*given.last(OptionId::Connections) == "8");
}

TEST_CASE("no option swallows the URL after it") {
  for (const OptionRow& row : option_table()) {
    INFO(row.longest());
    Words words{row.longest()};
    if (row.takes_value()) words.emplace_back("value");
    words.emplace_back("https://a/b");
    const Given given = read(words);
    CHECK(given.urls == Words{"https://a/b"});
    CHECK(given.count(row.id) == 1);
    if (row.takes_value()) CHECK(*given.last(row.id) == "value");
  }
}

TEST_CASE("letters may be joined, with the value at their end") {
  const Given given = read({"-cqn4", "-ofile", "u/x", "-vv"});
  CHECK(given.has(OptionId::Resume));
  CHECK(given.has(OptionId::Quiet));
  CHECK(*given.last(OptionId::Connections) == "4");
  CHECK(*given.last(OptionId::Output) == "file");
  CHECK(given.count(OptionId::Verbose) == 2);
}

TEST_CASE("a value may be a dash, look like an option, or like a list") {
  CHECK(*read({"-o", "-", "u/x"}).last(OptionId::Output) == "-");
  CHECK(*read({"-o", "-x", "u/x"}).last(OptionId::Output) == "-x");
  CHECK(*read({"-o", "[a,b]", "u/x"}).last(OptionId::Output) == "[a,b]");
  CHECK(*read({"-o", "{}", "u/x"}).last(OptionId::Output) == "{}");
  CHECK(*read({"-H", "A: b=c", "u/x"}).last(OptionId::Header) == "A: b=c");
}

TEST_CASE("a URL may look like a list") {
  CHECK(read({"[::1]"}).urls == Words{"[::1]"});
  CHECK(read({"{}", "[a,b]"}).urls == Words{"{}", "[a,b]"});
}

TEST_CASE("two dashes end the options") {
  const Given given = read({"-c", "--", "-x", "--output=y", "--", "u/x"});
  CHECK(given.urls == Words{"-x", "--output=y", "--", "u/x"});
  CHECK(given.options.size() == 1);
}

TEST_CASE("the last value of an option that is given twice counts") {
  CHECK(*read({"-n", "4", "-n", "8", "u/x"}).last(OptionId::Connections) == "8");
}

TEST_CASE("values that are missing, empty or not wanted are refused") {
  CHECK(refused({"u/x", "-o"}).subject == "-o");
  CHECK(refused({"u/x", "--limit-rate"}).subject == "--limit-rate");
  CHECK(refused({"--output=", "u/x"}).subject == "--output");
  CHECK(refused({"--output", "", "u/x"}).subject == "--output");
  CHECK(refused({"--resume=yes", "u/x"}).subject == "--resume");
}

TEST_CASE("a mistyped option's error names the nearest ones") {
  CHECK(refused({"--outptu", "x", "u/x"}).remedy == "did you mean --output?");
  CHECK(refused({"--resum", "u/x"}).remedy == "did you mean --resume?");
  CHECK(refused({"-resume", "u/x"}).remedy == "did you mean --resume?");
  CHECK(refused({"--checkpoint", "u/x"}).remedy.find("--checkpoint-dir") != std::string::npos);
  CHECK(refused({"--zzzzzz", "u/x"}).remedy == "xget --help lists the options");
}

TEST_CASE("an option of curl, wget or aria2 is told by what it is called here") {
  CHECK(refused({"--continue=true", "u/x"}).remedy == "that is --resume here");
  CHECK(refused({"-C", "-", "u/x"}).remedy == "that is --resume here");
  CHECK(refused({"--split=4", "u/x"}).remedy == "that is -n N here");
  CHECK(refused({"-sL", "u/x"}).remedy == "curl's -s is --quiet here, aria2's is -n N");
  CHECK(refused({"-LO", "u/x"}).remedy == "redirects are followed unasked");
  CHECK(refused({"--output-document", "f", "u/x"}).remedy == "that is --output FILE here");
}

TEST_CASE("no option of xget is taken for another tool's") {
  for (const OptionRow& row : option_table()) {
    CHECK_FALSE(foreign_option_text(row.longest()));
    CHECK_FALSE(foreign_option_text(row.shortest()));
  }
}

TEST_CASE("an unknown option's value is not printed") {
  CHECK(refused({"--tokn=hunter2", "u/x"}).subject == "--tokn");
  CHECK(refused({"-Uname:hunter2", "u/x"}).subject == "-U");
}

TEST_CASE("the edit distance counts additions, losses, changes and swaps") {
  CHECK(edit_distance("output", "output") == 0);
  CHECK(edit_distance("outptu", "output") == 1);
  CHECK(edit_distance("otput", "output") == 1);
  CHECK(edit_distance("oputputs", "output") == 2);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
}
