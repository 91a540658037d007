#include "completions/blocks.hpp"

#include <array>

namespace xget::completions {
namespace {

constexpr std::array kBlocks{
    Block{"bash_options", bash_options},
    Block{"bash_values", bash_values},
    Block{"zsh_options", zsh_options},
    Block{"fish_options", fish_options},
    Block{"verb_names", verb_names},
    Block{"bash_verb_options", bash_verb_options},
    Block{"bash_verb_operands", bash_verb_operands},
    Block{"zsh_verb_names", zsh_verb_names},
    Block{"zsh_verbs", zsh_verbs},
    Block{"fish_verbs", fish_verbs},
    Block{"fish_other_verbs", fish_other_verbs},
    Block{"manual_options", manual_options},
    Block{"manual_verbs", manual_verbs},
    Block{"manual_exit_codes", manual_exit_codes},
    Block{"version", version},
};

}  // namespace

std::span<const Block> all_blocks() { return kBlocks; }

std::string version() { return XGET_VERSION; }

}  // namespace xget::completions
