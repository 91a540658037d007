// What the commands that take the download's options do with their words before they begin: what is
// in force, with its warnings, and the log and the descriptor that it asks for.
// Thread: before there is a second one.
#pragma once

#include <span>
#include <string>

#include "cli/exit_code.hpp"
#include "cli/given.hpp"
#include "cli/interpret.hpp"
#include "xget/error.hpp"

namespace xget::cli {

struct PreparedCommand {
  Given given;
  Arguments arguments;
};

// The words, of which what is secret is out of the process list from here on. `argv` is main's.
// Fails with Usage.
Result<Given> take_words(std::span<const std::string> words, std::span<char* const> argv);

// Lays them over the environment and the configuration file, whose warnings are printed, reads what
// is asked for, and starts the log. Fails with Usage, or with Disk where the log cannot be written;
// an option is called as it stands where it was given.
Result<PreparedCommand> prepare_command(Given words, const ReadJobs& read_jobs = read_downloads);

// To be called at the end: says so where lines of the log could not be written.
void complain_of_lost_log(const std::string& log_file);

}  // namespace xget::cli
