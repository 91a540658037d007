// xget: the command.
#include <fcntl.h>

#include <exception>
#include <span>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "cli/download.hpp"
#include "cli/output.hpp"
#include "cli/verb_table.hpp"

namespace {

using xget::cli::CommandLine;
using xget::cli::ExitCode;

// A descriptor 0, 1 or 2 that was closed would be given to the next file that is opened, and what
// is printed would land in it. What stands in for it refuses: input is empty, output fails.
void open_standard_streams() {
  for (const int descriptor : {0, 1, 2}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    static_cast<void>(::open("/dev/null", O_RDONLY));  // takes the lowest free number: this one
  }
}

ExitCode dispatch(CommandLine line) {
  const auto* verb = line.words.empty() ? nullptr : xget::cli::verb_named(line.words.front());
  if (verb == nullptr) return xget::cli::download(line);
  line.verb = verb->name;
  if (xget::cli::asks_for_help(std::span(line.words).subspan(1))) {
    return xget::cli::print_to_standard_output(xget::cli::verb_help(*verb));
  }
  return verb->run(line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    open_standard_streams();
    CommandLine line;
    line.argv = {argv, static_cast<std::size_t>(argc)};
    line.program = argc > 0 ? argv[0] : "xget";
    for (int i = 1; i < argc; ++i) line.words.emplace_back(argv[i]);
    return static_cast<int>(dispatch(std::move(line)));
  } catch (const std::exception& bug) {
    xget::cli::print_error("xget: a bug: " + xget::printable(bug.what()) + "\n");
    return static_cast<int>(ExitCode::Bug);
  }
}
