// How a command ends: with what it was asked to print, or with an error.
#pragma once

#include <string>
#include <string_view>

#include "cli/exit_code.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// All of it; fails as any other write does.
ExitCode print_to_standard_output(const std::string& text);

// The same to a descriptor that is open for writing.
ExitCode print_to_descriptor(int descriptor, const std::string& text);

// All of it, to standard error. A failure has nowhere to be told.
void print_error(std::string_view text);

// Prints the error; its exit code.
ExitCode report_failure(const Error& error);

}  // namespace xget::cli
