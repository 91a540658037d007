#include <catch2/catch.hpp>

#include "cli/process_list.hpp"
#include "cli/read_words.hpp"

using namespace xget;
using Words = std::vector<std::string>;

namespace {

// The words as the process list has them afterwards.
Words shown(Words words) {
  const auto given = cli::read_words(words);
  REQUIRE(given);
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (std::string& word : words) argv.push_back(word.data());
  cli::hide_in_process_list(*given, argv);
  return words;
}

}  // namespace

TEST_CASE("passwords and the values of headers leave the process list") {
  CHECK(shown({"-u", "me:pass", "-H", "X-Key: abc", "https://h/"}) ==
        Words{"-u", "me:****", "-H", "X-Key:****", "https://h/"});
  CHECK(shown({"--user=me:pass", "-HX-Key:abc", "https://h/"}) ==
        Words{"--user=me:****", "-HX-Key:***", "https://h/"});
}

TEST_CASE("user info and signatures of URLs leave the process list") {
  CHECK(shown({"--proxy", "http://me:pw@p:1", "-e", "https://h/?token=abc",
               "https://me:pw@h/?a=1&sig=ab"}) == Words{"--proxy", "http://*****@p:1", "-e",
                                                        "https://h/?token=***",
                                                        "https://*****@h/?a=1&sig=**"});
}

TEST_CASE("what is no secret stays in the process list as it was typed") {
  const Words words = {"-u", "me", "-H", "@headers", "-o", "a:b", "https://h/a:b?x=1"};
  CHECK(shown(words) == words);
}
