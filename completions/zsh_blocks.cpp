#include "cli/option_table.hpp"
#include "completions/blocks.hpp"
#include "completions/texts.hpp"
#include "completions/value_kind.hpp"

namespace xget::completions {

using cli::OptionRow;

std::string zsh_action(std::string_view value_name) {
  switch (kind_of(value_name)) {
    case ValueKind::Free: return " ";
    case ValueKind::File: return "_files";
    case ValueKind::Folder: return "_files -/";
    case ValueKind::Command: return "_command_names -e";
    case ValueKind::Words: return "(" + joined(fixed_words(value_name), " ") + ")";
  }
  return "";
}

namespace {

// What is not offered any more once this option is there: both its spellings, unless it may come
// again.
std::string excluded(const OptionRow& row) {
  if (row.repeat != cli::Repeat::LastCounts) return "*";
  return "(" + (row.letter != 0 ? row.shortest() + " " : "") + row.longest() + ")";
}

// One spelling of an option. "+" and "=": its value may stand in the same word, or in the next one.
std::string specification(const OptionRow& row, const std::string& spelling, char joint) {
  std::string text = excluded(row) + spelling;
  if (row.takes_value()) text += joint;
  text += "[" + escaped(brief(row.help), "\\[]") + "]";
  if (row.takes_value()) {
    text += ":" + escaped(row.value_name, "\\:") + ":" + zsh_action(row.value_name);
  }
  return "  " + shell_word(text);
}

}  // namespace

std::string zsh_options() {
  std::string out;
  for (const OptionRow& row : cli::option_table()) {
    if (!out.empty()) out += '\n';
    if (row.letter != 0) out += specification(row, row.shortest(), '+') + '\n';
    out += specification(row, row.longest(), '=');
  }
  return out;
}

}  // namespace xget::completions
