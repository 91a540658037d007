#include <catch2/catch.hpp>

#include "cli/clean_verb.hpp"
#include "cli/status_verb.hpp"
#include "cli/verb_words.hpp"
#include "cli/verify_verb.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

using Words = std::vector<std::string>;

Result<VerbWords> read(const Words& words) { return read_verb_words(*verb_named("status"), words); }

PartialSummary some_partial() {
  PartialSummary partial;
  partial.file = "my file";
  partial.url = "https://example.org/a?sig=…";
  partial.size = 4096;
  partial.held = 1024;
  return partial;
}

std::string command_for(const PartialSummary& partial, const std::string& folder = "") {
  return command_that_goes_on(partial, "xget", folder);
}

}  // namespace

TEST_CASE("A verb's options may stand anywhere before --, with their values in either form") {
  const auto separate = read({"a", "--checkpoint-dir", "c", "--json", "--", "--json"});
  REQUIRE(separate);
  CHECK(separate->operands == Words{"a", "--json"});
  CHECK(separate->options.at("checkpoint-dir") == "c");
  CHECK(separate->has("json"));
  CHECK(read({"--checkpoint-dir=c"})->options.at("checkpoint-dir") == "c");
}

TEST_CASE("A verb refuses options that it does not have, and values that are missing or too many") {
  for (const Words& words : {Words{"--resume"}, Words{"--json=1"}, Words{"--checkpoint-dir"},
                             Words{"--checkpoint-dir="}, Words{"-x"}}) {
    const auto refused = read(words);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::Usage);
  }
}

TEST_CASE("Help is asked for among a verb's options, not among its operands") {
  CHECK(asks_for_help(Words{"dir", "--help"}));
  CHECK_FALSE(asks_for_help(Words{"--", "--help"}));
}

TEST_CASE("The command that goes on is quoted, and can be taken for nothing else") {
  PartialSummary partial = some_partial();
  CHECK(command_for(partial, "c d") ==
        "xget -o 'my file' --checkpoint-dir 'c d' 'https://example.org/a?sig=…'");
  partial.file = "-";
  partial.url = "--overwrite";
  CHECK(command_for(partial) == "xget -o ./- -- --overwrite");
  partial.url.clear();
  CHECK(command_for(partial).empty());
}

TEST_CASE("Status says how much is there, from where, what goes on and what to fill in") {
  CHECK(status_text(some_partial(), "xget …") ==
        "my file: 1.0 KiB of 4.0 KiB (25%)\n"
        "  from https://example.org/a?sig=…\n"
        "  to go on: xget …\n"
        "  fill in for …: what is secret in the URL\n");
}

TEST_CASE("Status names no command for what another process is at") {
  PartialSummary partial = some_partial();
  partial.in_use = true;
  const std::string text = status_text(partial, "xget …");
  CHECK(text.find("another xget is downloading to it") != std::string::npos);
  CHECK(text.find("to go on") == std::string::npos);
}

TEST_CASE("A verification says what holds and by what, what is wrong and where, and what is open") {
  Verification verification;
  verification.file = "a";
  verification.size = 2048;
  verification.verdict = Verdict::Holds;
  verification.against = "sha256 in SUMS";
  CHECK(verification_text(verification) == "a: 2.0 KiB hold, by sha256 in SUMS\n");
  CHECK(exit_code_of(verification.verdict) == ExitCode::Success);
  verification.verdict = Verdict::Wrong;
  verification.cause = "1.0 KiB are others";
  verification.wrong = {{1024, 2048}};
  CHECK(verification_text(verification) ==
        "a: WRONG: 1.0 KiB are others\n"
        "  wrong: bytes 1024-2047\n");
  CHECK(exit_code_of(verification.verdict) == ExitCode::Checksum);
  CHECK(verification_json(verification) ==
        "{\"v\":1,\"file\":\"a\",\"verdict\":\"wrong\",\"partial\":false,\"size\":2048,"
        "\"against\":\"sha256 in SUMS\",\"cause\":\"1.0 KiB are others\",\"good\":[],"
        "\"wrong\":[[1024,2048]]}\n");
  verification.wrong.assign(10, {0, 1});
  CHECK(verification_text(verification).find("and 2 more such ranges") != std::string::npos);
  verification.verdict = Verdict::Unproven;
  CHECK(verification_text(verification) == "a: not proven: 1.0 KiB are others\n");
  CHECK(exit_code_of(verification.verdict) == ExitCode::NotProven);
}

TEST_CASE("Of a partial it is told how much of the whole holds") {
  Verification verification;
  verification.file = "a.partial";
  verification.partial = true;
  verification.size = 4096;
  verification.verdict = Verdict::Holds;
  verification.against = "its sidecar";
  verification.good = {{0, 1024}, {2048, 3072}};
  CHECK(verification_text(verification) == "a.partial: 2.0 KiB of 4.0 KiB hold, by its sidecar\n");
}

TEST_CASE("Clean says what goes or would go, and what stays and why") {
  Leftover leftover;
  leftover.file = "a";
  leftover.paths = {"a.partial.json", "a.partial"};
  leftover.bytes = 2048;
  leftover.unchanged_for = std::chrono::hours(49);
  CHECK(leftover_text(leftover, Cleaned::WouldRemove) ==
        "would remove a.partial.json, a.partial (2.0 KiB, unchanged for 2d01h)\n");
  leftover.kept = "a.partial.json.tmp: no";
  CHECK(leftover_text(leftover, Cleaned::Removed) ==
        "removed a.partial.json, a.partial (2.0 KiB, unchanged for 2d01h)\n"
        "kept a.partial.json.tmp: no\n");
  leftover.paths.clear();
  CHECK(leftover_text(leftover, Cleaned::Kept) == "kept a.partial.json.tmp: no\n");
}
