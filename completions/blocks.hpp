// What the command's tables say, in the language of each shell and of the manual. A template
// (xget.bash.in and its neighbours, packaging/xget.1.scd) has "@name@" where a block belongs.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xget::completions {

struct Block {
  std::string_view name;
  std::string (*text)();  // whole lines, the last one without its end
};

// All blocks there are.
std::span<const Block> all_blocks();

// Bash: a call of _xget_add with the description and the spellings of each option.
std::string bash_options();
// Bash: the clauses of a `case` over an option, which set `kind` and, where there are any, `words`.
std::string bash_values();
// Zsh: words for _arguments, one a line.
std::string zsh_options();
// Fish: a `complete` command for each option.
std::string fish_options();
// The verbs, with spaces between.
std::string verb_names();
// Bash: the clauses of a `case` over a verb: calls of _xget_add for its options, and which
// `operands` it takes.
std::string bash_verb_options();
std::string bash_verb_operands();
// Zsh: each verb with its description, one a line; the clauses of a `case` over a verb, which set
// `options` and `operands`.
std::string zsh_verb_names();
std::string zsh_verbs();
// Fish: `complete` commands for the verbs; the verbs that take no option of a download's.
std::string fish_verbs();
std::string fish_other_verbs();
// What follows an option that takes such a value: an action of _arguments, and words of fish's
// `complete`.
std::string zsh_action(std::string_view value_name);
std::string fish_what_follows(std::string_view value_name);
// scdoc: the options under a heading for each group.
std::string manual_options();
// scdoc: the verbs, each with its options.
std::string manual_verbs();
// scdoc: the exit codes as a list of terms.
std::string manual_exit_codes();
std::string version();

}  // namespace xget::completions
