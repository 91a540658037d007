#include <catch2/catch.hpp>

#include "cli/read_words.hpp"
#include "cli/resume_command.hpp"
#include "cli/secret_text.hpp"

using namespace xget::cli;

namespace {

using Words = std::vector<std::string>;

ResumeCommand command_for(const Words& words) {
  const auto given = read_words(words);
  REQUIRE(given);
  return resume_command("xget", *given);
}

}  // namespace

TEST_CASE("the command that goes on is the one that was given") {
  const auto resumed = command_for({"https://a/b.iso", "-c", "--output=my file", "-n8"});
  CHECK(resumed.command == "xget -c -o 'my file' -n 8 https://a/b.iso");
  CHECK(resumed.fill_in.empty());
}

TEST_CASE("what would begin again is left out of the command that goes on") {
  CHECK(command_for({"u/x", "--no-resume"}).command == "xget u/x");
  const auto given = read_words(Words{"u/x", "--no-resume"});
  REQUIRE(given);
  CHECK(resume_command("xget", *given, {.done = {}, .anything_kept = false}).command ==
        "xget --no-resume u/x");
}

TEST_CASE("what a session file lists is not given again") {
  const auto given = read_words(Words{"--session", "queue", "-i", "list", "-o", "f", "-m", "v/x",
                                      "--checksum", "sha256:00", "-q", "u/x", "-M", "m"});
  REQUIRE(given);
  const auto told = [&](QueueKept kept) {
    return resume_command("xget", *given, {.done = {}, .anything_kept = true, .kept = kept})
        .command;
  };
  CHECK(told(QueueKept::WithList) == "xget --session queue -q");
  CHECK(told(QueueKept::WithoutList) == "xget --session queue -i list -q");
}

TEST_CASE("URLs that look like options stay URLs") {
  CHECK(command_for({"-q", "--", "-x", "u/y"}).command == "xget -q -- -x u/y");
}

TEST_CASE("no secret survives in the command that goes on, and it says what to fill in") {
  const auto resumed = command_for(
      {"https://me:hunter2@a/f?x=1&X-Amz-Signature=hunter2&y=2#token=hunter2", "-H",
       "Authorization: Bearer hunter2", "-H", "X-Plain: hunter2", "-H", "@file", "-u", "me:hunter2",
       "--proxy", "http://p:hunter2@proxy:3128", "-e", "https://r/?api_key=hunter2"});
  CHECK(resumed.command.find("hunter2") == std::string::npos);
  CHECK(resumed.command ==
        "xget -H 'Authorization: …' -H 'X-Plain: …' -H @file -u 'me:…' --proxy "
        "'http://…@proxy:3128' -e 'https://r/?api_key=…' "
        "'https://…@a/f?x=1&X-Amz-Signature=…&y=2#token=…'");
  CHECK(resumed.fill_in ==
        Words{"the header Authorization", "the header X-Plain", "the password of --user",
              "the user and password in the URL", "the parameter api_key of the URL",
              "the user and password in the URL", "the parameter X-Amz-Signature of the URL",
              "the parameter token of the URL"});
}

TEST_CASE("what is no secret stays readable") {
  CHECK(hide_url_secrets("https://a/@scope/pkg?q=a@b").text == "https://a/@scope/pkg?q=a@b");
  CHECK(hide_url_secrets("me:pw@host/x").text == "…@host/x");
  CHECK(hide_url_secrets("https://a/?sig").text == "https://a/?sig");
  CHECK(hide_url_secrets("").text.empty());
  CHECK(hide_user_secrets("me").text == "me");
  CHECK(hide_user_secrets("@file:x").text == "@file:x");
  CHECK(hide_header_secrets("nonsense hunter2").text.find("hunter2") == std::string::npos);
}

TEST_CASE("what is done is left out of the command that goes on, with what was given for it") {
  Given given;
  given.urls = {"https://a/1", "https://a/2", "https://a/3"};
  for (const char* name : {"one", "two", "three"})
    given.options.push_back({OptionId::Output, name});
  given.options.push_back({OptionId::Strict, ""});
  CHECK(resume_command("xget", given, {.done = {true, false, true}}).command ==
        "xget -o two --strict https://a/2");
}
