// From the words that were given to what is to be done.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/end_files.hpp"
#include "cli/given.hpp"
#include "cli/hooks.hpp"
#include "cli/progress_choice.hpp"
#include "cli/secret_input.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"
#include "xget/tree_copy.hpp"
#include "xget/upload.hpp"

namespace xget::cli {

struct Arguments {
  Options options;
  std::vector<JobSpec> jobs;  // in the order of the URLs
  std::vector<UploadSpec> uploads;
  std::vector<TreeCopySpec> trees;  // of all these, a list and a session file, one is there
  std::string input_file;           // a list of more; "-": standard input; empty: none
  std::string session_file;         // where all of these are kept; empty: nowhere
  JobSpec common;                   // what the list's jobs have where it says nothing
  bool fail_fast = false;
  HookCommands hooks;
  EndFileNames end_files;
  bool quiet = false;
  ProgressChoice progress = ProgressChoice::Auto;
  std::optional<int> event_descriptor;  // where events go as JSON
  int verbosity = 0;                    // how often -v was given
  std::string log_file;                 // empty: standard error

  // nullopt: how long a list is nobody knows.
  [[nodiscard]] std::optional<std::size_t> known_jobs() const;
};

// What the words that are no options stand for. `common` is what all jobs share.
struct NamedJobs {
  std::vector<JobSpec> downloads;
  std::vector<UploadSpec> uploads;
  std::vector<TreeCopySpec> trees;
};
using ReadJobs = std::function<Result<NamedJobs>(const Given& given, const JobSpec& common)>;
// URLs to download, each with its file and checksum.
Result<NamedJobs> read_downloads(const Given& given, const JobSpec& common);

// Reads values, and what the other words stand for, and refuses what contradicts itself. Fails with
// Usage, before anything is asked of the network.
Result<Arguments> interpret(const Given& given, const SecretInput& input,
                            const ReadJobs& read_jobs = read_downloads);

// The same of what holds for every download, without the URLs and without asking for a secret.
Result<void> check_given(const Given& given);

}  // namespace xget::cli
