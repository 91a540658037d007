// xget: the command.
#include <fcntl.h>

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

// A descriptor 0, 1 or 2 that was closed would be given to the next file that is opened, and what
// is printed would land in it. What stands in for it refuses: input is empty, output fails.
void open_standard_streams() {
  for (const int descriptor : {0, 1, 2}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    static_cast<void>(::open("/dev/null", O_RDONLY));  // takes the lowest free number: this one
  }
}

ExitCode dispatch(const CommandLine& line) {
  for (const Verb& verb : kVerbs) {
    if (!line.words.empty() && line.words.front() == verb.name) return verb.run(line);
  }
  return xget::cli::download(line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    open_standard_streams();
    CommandLine line;
    line.argv = {argv, static_cast<std::size_t>(argc)};
    line.program = argc > 0 ? argv[0] : "xget";
    for (int i = 1; i < argc; ++i) line.words.emplace_back(argv[i]);
    return static_cast<int>(dispatch(line));
  } catch (const std::exception& bug) {
    xget::cli::print_error("xget: a bug: " + xget::printable(bug.what()) + "\n");
    return static_cast<int>(ExitCode::Bug);
  }
}
