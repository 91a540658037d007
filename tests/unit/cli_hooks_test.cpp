#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "cli/hooks.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

const std::vector<std::string> kComplete{"complete", "it"};
const std::vector<std::string> kError{"error"};

Probed probed(JobId job, const std::string& url) {
  Probed event;
  event.job = job;
  event.url = url;
  return event;
}

Finished finished(JobId job, const std::string& path) {
  Finished event;
  event.job = job;
  event.path = path;
  event.size = 7;
  event.proof = Proof::Digest;
  return event;
}

Failed failed(JobId job, const std::string& path) {
  return {.job = job,
          .path = path,
          .error = {.code = ErrorCode::Network, .subject = "u", .cause = "no luck"}};
}

// Runs nothing, and keeps what it was to run.
struct Runs {
  std::vector<ChildSpec> specs;
  Result<ChildOutcome> outcome = ChildOutcome{};

  Hooks::Run run() {
    return [this](const ChildSpec& spec) {
      specs.push_back(spec);
      return outcome;
    };
  }
};

bool holds(const ChildSpec& spec, const std::string& variable) {
  const auto& all = spec.environment;
  return std::find(all.begin(), all.end(), variable) != all.end();
}

}  // namespace

TEST_CASE("a complete file and a failed download run the command that is theirs, with the facts") {
  Runs runs;
  Hooks hooks({kComplete, kError}, runs.run());
  hooks.on_event(probed(1, "https://a/x"));
  hooks.on_event(finished(1, "x"));
  hooks.on_event(failed(2, "y"));
  CHECK_FALSE(hooks.wait().any());
  REQUIRE(runs.specs.size() == 2);
  const ChildSpec& complete = runs.specs[0];
  CHECK(complete.words == kComplete);
  for (const char* variable : {"XGET_STATE=complete", "XGET_FILE=x", "XGET_URL=https://a/x",
                               "XGET_BYTES=7", "XGET_PROOF=digest"}) {
    CHECK(holds(complete, variable));
  }
  CHECK(complete.input.starts_with(
      R"({"v":1,"state":"complete","file":"x","url":"https://a/x","bytes":7,)"));
  const ChildSpec& error = runs.specs[1];
  CHECK(error.words == kError);
  for (const char* variable :
       {"XGET_STATE=failed", "XGET_FILE=y", "XGET_URL=", "XGET_ERROR=network"}) {
    CHECK(holds(error, variable));
  }
  CHECK(error.input.ends_with("}\n"));
}

TEST_CASE("where a command is not given, nothing is run for its events") {
  Runs runs;
  Hooks hooks({{}, kError}, runs.run());
  hooks.on_event(finished(1, "x"));
  CHECK_FALSE(hooks.wait().any());
  CHECK(runs.specs.empty());
}

TEST_CASE("a hook's failure is told with its file and its words, and the next one is run") {
  Runs runs;
  runs.outcome = ChildOutcome{.exit_code = 3, .output = "", .errors = "no \x1bluck\nmore"};
  Hooks hooks({kComplete, {}}, runs.run());
  constexpr std::size_t kAll = Hooks::kMostTold + 2;
  for (JobId job = 1; job <= kAll; ++job) hooks.on_event(finished(job, "x"));
  const HookFailures failures = hooks.wait();
  CHECK(runs.specs.size() == kAll);
  REQUIRE(failures.told.size() == Hooks::kMostTold);
  CHECK(failures.untold == 2);
  CHECK(failures.told[0] == "--on-complete of x: exit code 3: no \\x1Bluck");
}

TEST_CASE("a program that is not there is told") {
  Hooks hooks({{"/no/such/program"}, {}});
  hooks.on_event(finished(1, "x"));
  const HookFailures failures = hooks.wait();
  REQUIRE(failures.told.size() == 1);
  CHECK(failures.told[0].starts_with("--on-complete of x: /no/such/program: "));
}

TEST_CASE("no event waits for a hook, and one that is stopped ends at once") {
  std::promise<void> began;
  Hooks hooks({{"sleep", "1000"}, {}}, [&](const ChildSpec& spec) {
    began.set_value();
    return run_child(spec);
  });
  for (JobId job = 1; job <= 3; ++job) hooks.on_event(finished(job, "x"));
  began.get_future().wait();
  hooks.stop();
  const HookFailures failures = hooks.wait();
  REQUIRE(failures.told.size() == 1);
  CHECK(failures.told[0] == "--on-complete of x: sleep: it was stopped");
}
