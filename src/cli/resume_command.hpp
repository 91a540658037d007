// The command that goes on with what was begun.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/given.hpp"

namespace xget::cli {

struct ResumeCommand {
  std::string command;                   // for a shell, with "…" where a secret stood
  std::vector<std::string> fill_in;      // what each "…" stands for, in words
  std::vector<std::string> environment;  // variables with secrets that must be set as they were
};

// Whether a session file lists what is left: then no URL need be given again.
enum class QueueKept {
  Nowhere,
  WithoutList,  // of --input-file not all
  WithList,
};

// What a run leaves behind.
struct LeftBehind {
  std::vector<bool> done;     // by the jobs' positions; may be shorter than they are
  bool anything_kept = true;  // of those that are not done
  QueueKept kept = QueueKept::Nowhere;
};

// The options as they were given, less what would begin again and lose what was kept; then the
// URLs. What was given for a URL that is done is left out with it. What the configuration file says
// it says again; what the environment said becomes an option, since it may have been set for this
// one command.
ResumeCommand resume_command(std::string_view program, const Given& given,
                             const LeftBehind& left = {});

}  // namespace xget::cli
