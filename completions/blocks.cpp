#include "completions/blocks.hpp"

#include <array>

namespace xget::completions {
namespace {

constexpr std::array kBlocks{
    Block{"bash_options", bash_options},
    Block{"bash_values", bash_values},
    Block{"zsh_options", zsh_options},
    Block{"fish_options", fish_options},
    Block{"manual_options", manual_options},
    Block{"manual_verbs", manual_verbs},
    Block{"manual_exit_codes", manual_exit_codes},
    Block{"version", version},
};

}  // namespace

std::span<const Block> all_blocks() { return kBlocks; }

std::string version() { return XGET_VERSION; }

}  // namespace xget::completions
