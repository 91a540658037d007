// xget: the command.
#include <array>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "cli/download.hpp"
#include "cli/terminal.hpp"

namespace {

using xget::cli::CommandLine;
using xget::cli::ExitCode;

// A verb is the first word alone and reads the words after it with a parser of its own, so that
// any other word stays free to be a URL or a file's name.
struct Verb {
  std::string_view name;
  ExitCode (*run)(const CommandLine&);
};

// There are none yet.
constexpr std::span<const Verb> kVerbs{};

ExitCode dispatch(const CommandLine& line) {
  for (const Verb& verb : kVerbs) {
    if (!line.words.empty() && line.words.front() == verb.name) return verb.run(line);
  }
  return xget::cli::download(line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CommandLine line;
    line.program = argc > 0 ? argv[0] : "xget";
    for (int i = 1; i < argc; ++i) line.words.emplace_back(argv[i]);
    return static_cast<int>(dispatch(line));
  } catch (const std::exception& bug) {
    xget::cli::print_error("xget: a bug: " + xget::printable(bug.what()) + "\n");
    return static_cast<int>(ExitCode::Bug);
  }
}
