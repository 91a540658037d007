// What `cp` and `sync` do alike: they take options of their own beside those of downloads, and run
// the jobs that their other words stand for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/interpret.hpp"
#include "cli/verb_words.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// `words`: sources and destinations. `common`: what the options of downloads say.
using ReadCopies = std::function<Result<NamedJobs>(
    const VerbWords& own, std::vector<std::string> words, const JobSpec& common)>;

ExitCode run_copies(const CommandLine& line, const ReadCopies& read);

}  // namespace xget::cli
