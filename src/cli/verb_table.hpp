// Every verb, once: what is dispatched, and what the help, the completions and the manual say. A
// verb is the first word alone, so that any other word stays free to be a URL or a file's name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

// An option that the verb has for itself.
struct VerbOption {
  std::string_view name;        // without the dashes
  std::string_view value_name;  // empty: a flag; as in OptionRow
  std::string_view help;        // the first letter small
  char letter = 0;              // 0: none
  // The value of one that is given alone; empty: it needs one. Its value is then one of those that
  // `value_name` lists, with "|" between, or stands behind a "=".
  std::string_view alone = {};
};

struct VerbRow {
  std::string_view name;
  std::string_view arguments;  // as in the help: "[DIR|FILE...]"; empty: none
  std::string_view help;       // one line, the first letter small
  std::span<const VerbOption> options;
  bool takes_download_options = false;  // those of option_table() too
  ExitCode (*run)(const CommandLine&) = nullptr;
};

// In the order of the help.
std::span<const VerbRow> verb_table();
// nullptr if there is none.
const VerbRow* verb_named(std::string_view name);

// What `xget VERB --help` prints.
std::string verb_help(const VerbRow& verb);

// Whether the words after the verb ask for its help.
bool asks_for_help(std::span<const std::string> words);

}  // namespace xget::cli
