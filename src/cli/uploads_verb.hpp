// `xget uploads ls` and `xget uploads abort`: uploads in parts that nobody has finished.
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/unfinished_upload.hpp"

namespace xget::cli {

// One line; `there`: what the store has of it, if anybody asked.
std::string upload_text(const UnfinishedUpload& upload, const std::optional<PartsThere>& there);

ExitCode show_or_abort_uploads(const CommandLine& line);

}  // namespace xget::cli
