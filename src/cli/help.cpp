#include "cli/help.hpp"

#include <string_view>

#include "cli/exit_code.hpp"
#include "cli/option_table.hpp"
#include "cli/verb_table.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kLineWidth = 80;

constexpr std::string_view kIntroduction =
    "Usage: xget [OPTION...] URL...\n"
    "       xget VERB [...]\n"
    "\n"
    "Downloads each URL with several connections into one file that is whole and of\n"
    "one version, or not there at all. Until then the bytes are in FILE.partial, and\n"
    "the same command goes on where it was stopped. A URL without a scheme is https.\n";

// "  -o, --output FILE"
std::string left_side(const OptionRow& row) {
  std::string text = row.letter != 0 ? "  " + row.shortest() + ", " : "      ";
  text += row.longest();
  if (row.takes_value()) text.append(" ").append(row.value_name);
  return text;
}

// `text` in lines that begin in the help's column, the first one after what stands there already.
void append_wrapped(std::string_view text, std::string& out) {
  constexpr std::size_t kRoom = kLineWidth - kHelpColumn;
  while (text.size() > kRoom) {
    const auto space = text.rfind(' ', kRoom);
    if (space == std::string_view::npos) break;
    out.append(text.substr(0, space)).append("\n").append(kHelpColumn, ' ');
    text.remove_prefix(space + 1);
  }
  out.append(text).append("\n");
}

void append_described(const std::string& left, std::string_view help, std::string& out) {
  out += left;
  const bool fits = left.size() + 2 <= kHelpColumn;
  if (!fits) out += '\n';
  out.append(fits ? kHelpColumn - left.size() : kHelpColumn, ' ');
  append_wrapped(help, out);
}

std::string verbs() {
  std::string text = "\nVerbs, as the first word (xget VERB --help says more)\n";
  for (const VerbRow& row : verb_table()) {
    std::string left = "  " + std::string(row.name);
    if (!row.arguments.empty()) left.append(" ").append(row.arguments);
    append_described(left, row.help, text);
  }
  return text;
}

std::string exit_codes() {
  std::string text =
      "\nExit codes (of several: the first failure's, of URLs in their order, then of a\n"
      "list as it came; with --fail-fast the one that stopped the others; else, if any\n"
      "was interrupted, 130)\n";
  for (const ExitCodeRow& row : exit_code_table()) {
    const std::string number = std::to_string(static_cast<int>(row.code));
    text.append(5 - number.size(), ' ')
        .append(number)
        .append("  ")
        .append(row.meaning)
        .append("\n");
  }
  return text;
}

}  // namespace

std::string help_text() {
  std::string text(kIntroduction);
  const char* heading = nullptr;
  for (const OptionRow& row : option_table()) {
    if (const char* own = to_string(row.group); own != heading) {
      heading = own;
      text.append("\n").append(heading).append("\n");
    }
    append_described(left_side(row), row.help, text);
  }
  text +=
      "\nSIZE and RATE take K, M, G, T (1024) or KB, MB, GB, TB (1000).\n"
      "TIME takes ms, s, m, h, d; a bare number is seconds.\n";
  return text + verbs() + exit_codes();
}

}  // namespace xget::cli
