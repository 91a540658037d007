// The words that the command was run with.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace xget::cli {

struct CommandLine {
  std::string program;             // argv[0], as it was typed
  std::vector<std::string> words;  // the rest
  std::span<char* const> argv;     // main's own, in which secrets are written over
  std::string verb;                // the first word, if it is one; empty: the command downloads
};

}  // namespace xget::cli
