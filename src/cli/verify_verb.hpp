// `xget verify`: whether the bytes of files, whole or partial, are what they should be.
#pragma once

#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/verification.hpp"

namespace xget::cli {

// Whole lines, safe to print.
std::string verification_text(const Verification& verification);
std::string verification_json(const Verification& verification);
// Of a file that could not be verified.
std::string verification_json(const std::string& file, const Error& error);

ExitCode exit_code_of(Verdict verdict);

ExitCode verify_files(const CommandLine& line);

}  // namespace xget::cli
