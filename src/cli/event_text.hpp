// How results, notes and failures read. Each ends with a newline and is safe to print.
#pragma once

#include <string>

#include "base/time.hpp"
#include "cli/hooks.hpp"
#include "cli/resume_command.hpp"
#include "xget/event.hpp"

namespace xget::cli {

// The path, or "standard output".
std::string shown_path(const std::string& path);

// "https://… → file, 1.4 GiB, 300.0 MiB of it here already"
std::string start_text(const Probed& probed);
// "file: 2.7 GiB in 27s (98.4 MiB/s), proof: ETag "x""
std::string finished_text(const Finished& finished, Duration elapsed);
// What a download would do, some lines.
std::string planned_text(const Planned& planned);
// "https://…: connection refused; again in 4s"
std::string wait_text(const std::string& url, const std::string& cause, Duration again_in);
std::string note_text(const std::string& text);
std::string removed_text(const Removed& removed);
std::string hook_failures_text(const HookFailures& failures);
std::string warning_text(const std::string& text);
// "files.meta4: a Metalink of 3 files"
std::string metalink_text(const MetalinkRead& read);

// Cause, what was kept and what helps, a line each.
std::string failure_text(const Error& error);
// The same of a download; where a command goes on, it says too when nothing was kept.
std::string failure_text(const Failed& failed);
// The command that goes on, and what to fill in.
std::string go_on_text(const ResumeCommand& command);

// Does the same command go on after this failure?
bool can_go_on(const Failed& failed);

}  // namespace xget::cli
