#include "cli/verb_table.hpp"
#include "completions/blocks.hpp"
#include "completions/texts.hpp"
#include "completions/value_kind.hpp"

namespace xget::completions {
namespace {

using cli::VerbOption;
using cli::VerbRow;

// Its words are files or folders: what it is asked about are partial downloads.
bool takes_partials(const VerbRow& verb) {
  return verb.arguments.find("FILE") != std::string_view::npos ||
         verb.arguments.find("DIR") != std::string_view::npos;
}

bool takes_urls(const VerbRow& verb) {
  return verb.arguments.find("URL") != std::string_view::npos;
}

std::string lines(std::string (*of_verb)(const VerbRow&)) {
  std::string out;
  for (const VerbRow& verb : cli::verb_table()) {
    if (!out.empty()) out += '\n';
    out += of_verb(verb);
  }
  return out;
}

std::string long_name(const VerbOption& option) { return "--" + std::string(option.name); }

// ---- bash -----------------------------------------------------------------------------------

std::string bash_clause(const VerbRow& verb) {
  std::string out = "    " + std::string(verb.name) + ")";
  if (verb.takes_download_options) out += " _xget_add_options;";
  for (const VerbOption& option : verb.options) {
    out += " _xget_add " + shell_word(brief(option.help)) + " " + long_name(option) + ";";
  }
  return out + " _xget_add 'list its options and end' --help ;;";
}

std::string bash_operands_clause(const VerbRow& verb) {
  const char* kind = takes_partials(verb) ? "partials" : takes_urls(verb) ? "metalinks" : "none";
  return "    " + std::string(verb.name) + ") operands=" + kind + " ;;";
}

// ---- zsh ------------------------------------------------------------------------------------

std::string zsh_clause(const VerbRow& verb) {
  std::string out = "    " + std::string(verb.name) + ")\n";
  if (!verb.takes_download_options) out += "      options=()\n";
  out += "      options+=(\n";
  for (const VerbOption& option : verb.options) {
    std::string text = "(" + long_name(option) + ")" + long_name(option);
    if (!option.value_name.empty()) text += "=";
    text += "[" + escaped(brief(option.help), "\\[]") + "]";
    if (!option.value_name.empty()) {
      text += ":" + std::string(option.value_name) + ":" + zsh_action(option.value_name);
    }
    out += "        " + shell_word(text) + "\n";
  }
  out += "      )\n";
  if (takes_partials(verb)) out += "      operands=('*:partial download:_xget_partials')\n";
  if (!takes_partials(verb) && !takes_urls(verb)) out += "      operands=('*:option:()')\n";
  return out + "      ;;";
}

// ---- fish -----------------------------------------------------------------------------------

std::string fish_quoted(std::string_view text) { return "'" + escaped(text, "\\'") + "'"; }

std::string fish_commands(const VerbRow& verb) {
  const std::string name(verb.name);
  const std::string within = "complete -c xget -n '__xget_verb_is " + name + "'";
  std::string out = "complete -c xget -n '__xget_at_first_word' -a " + name + " -d " +
                    fish_quoted(brief(verb.help));
  if (takes_partials(verb)) out += "\n" + within + " -a '(__xget_files_ending .partial)'";
  if (takes_urls(verb)) out += "\n" + within + " -a '(__xget_files_ending .meta4 .metalink)'";
  for (const VerbOption& option : verb.options) {
    out += "\n" + within + " -l " + std::string(option.name);
    if (!option.value_name.empty()) out += fish_what_follows(option.value_name);
    out += " -d " + fish_quoted(brief(option.help));
  }
  return out;
}

std::string verbs_with(bool download_options) {
  std::vector<std::string_view> names;
  for (const VerbRow& verb : cli::verb_table()) {
    if (verb.takes_download_options == download_options) names.push_back(verb.name);
  }
  return joined(names, " ");
}

}  // namespace

std::string bash_verb_options() { return lines(bash_clause); }
std::string bash_verb_operands() { return lines(bash_operands_clause); }
std::string zsh_verbs() { return lines(zsh_clause); }
std::string fish_verbs() { return lines(fish_commands); }
std::string fish_other_verbs() { return verbs_with(false); }

std::string verb_names() {
  std::vector<std::string_view> names;
  for (const VerbRow& verb : cli::verb_table()) names.push_back(verb.name);
  return joined(names, " ");
}

std::string zsh_verb_names() {
  return lines([](const VerbRow& verb) {
    return "  " + shell_word(std::string(verb.name) + ":" + std::string(brief(verb.help)));
  });
}

}  // namespace xget::completions
