#include <cctype>

#include "cli/exit_code.hpp"
#include "cli/option_table.hpp"
#include "cli/verb_table.hpp"
#include "completions/blocks.hpp"
#include "completions/texts.hpp"

namespace xget::completions {
namespace {

using cli::OptionRow;

std::string plain(std::string_view text) { return escaped(text, "\\*_"); }
std::string bold(std::string_view text) { return "*" + escaped(text, "\\*_") + "*"; }
std::string underlined(std::string_view text) { return "_" + escaped(text, "\\*_") + "_"; }

// As the manual writes it: the tables begin small and leave the full stop out.
std::string sentence(std::string_view help) {
  std::string text = plain(help);
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text.ends_with('.') ? text : text + ".";
}

std::string term(const OptionRow& row) {
  std::string text = row.letter != 0 ? bold(row.shortest()) + ", " : "";
  text += bold(row.longest());
  if (row.takes_value()) text += " " + underlined(row.value_name);
  return text;
}

}  // namespace

std::string manual_options() {
  std::string out;
  const char* heading = nullptr;
  for (const OptionRow& row : cli::option_table()) {
    if (!out.empty()) out += "\n\n";
    if (const char* own = to_string(row.group); own != heading) {
      heading = own;
      out += "## " + std::string(own) + "\n\n";
    }
    out += term(row) + "\n\t" + sentence(row.help);
  }
  return out;
}

std::string manual_verbs() {
  std::string out;
  for (const cli::VerbRow& verb : cli::verb_table()) {
    if (!out.empty()) out += "\n\n";
    out += bold("xget " + std::string(verb.name));
    if (!verb.options.empty()) out += " [" + underlined("OPTION") + "...]";
    if (!verb.arguments.empty()) out += " " + plain(verb.arguments);
    out += "\n\t" + sentence(verb.help);
    for (const cli::VerbOption& option : verb.options) {
      out += "\n\n\t" + bold("--" + std::string(option.name));
      if (!option.value_name.empty()) out += " " + underlined(option.value_name);
      out += "\n\t\t" + sentence(option.help);
    }
  }
  return out;
}

std::string manual_exit_codes() {
  std::string out;
  for (const cli::ExitCodeRow& row : cli::exit_code_table()) {
    if (!out.empty()) out += "\n\n";
    out += bold(std::to_string(static_cast<int>(row.code))) + "\n\t" + sentence(row.meaning);
  }
  return out;
}

}  // namespace xget::completions
