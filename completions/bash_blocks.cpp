#include "cli/option_table.hpp"
#include "completions/blocks.hpp"
#include "completions/texts.hpp"
#include "completions/value_kind.hpp"

namespace xget::completions {
namespace {

using cli::OptionRow;

const char* name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::Free: return "free";
    case ValueKind::File: return "files";
    case ValueKind::Folder: return "folders";
    case ValueKind::Command: return "commands";
    case ValueKind::Words: return "words";
  }
  return "";
}

std::string spellings(const OptionRow& row, std::string_view separator) {
  if (row.letter == 0) return row.longest();
  return row.shortest() + std::string(separator) + row.longest();
}

}  // namespace

std::string bash_options() {
  std::string out;
  for (const OptionRow& row : cli::option_table()) {
    if (!out.empty()) out += '\n';
    out += "  _xget_add " + shell_word(brief(row.help)) + " " + spellings(row, " ");
  }
  return out;
}

std::string bash_values() {
  std::string out;
  for (const OptionRow& row : cli::option_table()) {
    if (!row.takes_value()) continue;
    if (!out.empty()) out += '\n';
    out += "    " + spellings(row, " | ") + ") kind=" + name_of(kind_of(row.value_name));
    const auto words = fixed_words(row.value_name);
    if (!words.empty()) out += " words=" + shell_word(joined(words, " "));
    out += " ;;";
  }
  return out;
}

}  // namespace xget::completions
