// Secrets in the words of the command itself, which every user of the machine can read in the
// process list for as long as it runs.
#pragma once

#include <span>

#include "cli/given.hpp"

namespace xget::cli {

// Writes "*" over the secrets in argv: passwords, the values of headers, user info and signatures
// in URLs. Everything else stays as it was typed. They were there to be read until now, so a file
// (@FILE) is the better place for them.
// Thread: before there is a second one. `argv` is main's, and outlives the call.
void hide_in_process_list(const Given& given, std::span<char* const> argv);

}  // namespace xget::cli
