#include "cli/option_table.hpp"
#include "completions/blocks.hpp"
#include "completions/texts.hpp"
#include "completions/value_kind.hpp"

namespace xget::completions {
namespace {

using cli::OptionRow;

std::string quoted(std::string_view text) { return "'" + escaped(text, "\\'") + "'"; }

}  // namespace

// -r: a value is needed; -x: and it is no file.
std::string fish_what_follows(std::string_view value_name) {
  switch (kind_of(value_name)) {
    case ValueKind::Free: return " -x";
    case ValueKind::File: return " -r -F";
    case ValueKind::Folder: return " -x -a '(__fish_complete_directories)'";
    case ValueKind::Command: return " -x -a '(__fish_complete_command)'";
    case ValueKind::Words: break;
  }
  return " -x -a " + quoted(joined(fixed_words(value_name), " "));
}

std::string fish_options() {
  std::string out;
  for (const OptionRow& row : cli::option_table()) {
    if (!out.empty()) out += '\n';
    out += "complete -c xget -n 'not __xget_verb_is " + fish_other_verbs() + "'";
    if (row.letter != 0) out += std::string(" -s ") + row.letter;
    out.append(" -l ").append(row.name);
    if (row.takes_value()) out += fish_what_follows(row.value_name);
    out += " -d " + quoted(brief(row.help));
  }
  return out;
}

}  // namespace xget::completions
