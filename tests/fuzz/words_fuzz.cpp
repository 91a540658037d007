// The command line: whatever words are given, what is accepted is within its limits, what is
// refused is said in one printable line, and what is printed of it shows no secret. Each line of
// the input is one word.
#include <string>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/interpret.hpp"
#include "cli/read_words.hpp"
#include "cli/resume_command.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

namespace {

constexpr std::string_view kCanary = "c4n4ry";

cli::SecretInput no_secrets() {
  return {[](const std::string&) -> Result<std::string> { return std::string("X-One: 1\nme:x\n"); },
          [](const std::string&) -> Result<std::string> { return std::string(kCanary); }};
}

void check_units(const std::string& word) {
  if (const auto size = parse_size(word)) {
    require(*size <= (1ULL << 63) - 1, "a size fits a file");
    require(parse_size(std::to_string(*size)) == size, "a size written in bytes is the same");
  }
  if (const auto time = parse_duration(word)) {
    require(*time >= Duration::zero(), "a time is not negative");
    require(!format_duration(*time).empty(), "it can be shown");
  }
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::Usage, "a word is the user's to correct");
  require(!error.cause.empty(), "a refusal says why");
  const std::string text = to_string(error);
  require(printable(text) == text, "an error is one printable line");
}

void check_accepted(const cli::Given& given, const cli::Arguments& arguments) {
  const Options& options = arguments.options;
  require(options.most_connections() >= 1 && options.most_connections() <= kMostSharedConnections,
          "connections are in bounds");
  require(options.connect_timeout.count() > 0 && options.stall_timeout.count() > 0,
          "timeouts are longer than zero");
  for (const RateWindow& window : options.limit_rate_windows) {
    require(window.begin >= 0 && window.begin < 24 * 60 && window.end >= 0 &&
                window.end <= 24 * 60 && window.begin != window.end,
            "a time of the day is within it");
  }
  require(!arguments.jobs.empty() && arguments.jobs.size() == given.urls.size(),
          "each URL is one download");
  const cli::ResumeCommand command = cli::resume_command("xget", given);
  require(printable(command.command) == command.command, "the way on can be printed");
  for (const std::string& what : command.fill_in)
    require(printable(what) == what, "and so can what is missing in it");
}

// The values of secret options are not in the command that goes on.
void check_canary(const std::vector<std::string>& words) {
  std::vector<std::string> more = words;
  const std::string canary(kCanary);
  more.insert(more.begin(), {"-H", "X-Key: " + canary, "-u", "me:" + canary, "--proxy",
                             "http://me:" + canary + "@h"});
  for (const std::string& word : words) {
    if (word.find(canary) != std::string::npos) return;
  }
  const auto given = cli::read_words(more);
  if (!given) {
    require(to_string(given.error()).find(canary) == std::string::npos, "no error shows a secret");
    return;
  }
  require(cli::resume_command("xget", *given).command.find(canary) == std::string::npos,
          "the way on shows no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  std::vector<std::string> words;
  while (!input.empty()) {
    words.emplace_back(input.line());
    // An argument has no NUL in it.
    words.back() = words.back().substr(0, words.back().find('\0'));
    check_units(words.back());
  }
  check_canary(words);
  const auto given = cli::read_words(words);
  if (!given) {
    check_error(given.error());
    return 0;
  }
  const auto arguments = cli::interpret(*given, no_secrets());
  if (arguments)
    check_accepted(*given, *arguments);
  else
    check_error(arguments.error());
  return 0;
}
