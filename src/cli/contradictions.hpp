// Options that ask for opposite things.
#pragma once

#include <array>
#include <utility>

#include "cli/option_table.hpp"

namespace xget::cli {

// Given together they are a mistake. Given in different places, the later place counts.
inline constexpr std::array kContradictions{
    std::pair{OptionId::Resume, OptionId::NoResume},
    std::pair{OptionId::Overwrite, OptionId::NoOverwrite},
    std::pair{OptionId::Overwrite, OptionId::AutoRename},
    std::pair{OptionId::NoOverwrite, OptionId::AutoRename},
    std::pair{OptionId::Timestamping, OptionId::Overwrite},
    std::pair{OptionId::Timestamping, OptionId::NoOverwrite},
    std::pair{OptionId::Timestamping, OptionId::AutoRename},
    std::pair{OptionId::Etag, OptionId::NoOverwrite},
    std::pair{OptionId::Etag, OptionId::AutoRename},
    std::pair{OptionId::Etag, OptionId::SkipExisting},
    std::pair{OptionId::Etag, OptionId::Checksum},
    std::pair{OptionId::Etag, OptionId::ChecksumFile},
    std::pair{OptionId::Etag, OptionId::ContentDisposition},
    std::pair{OptionId::SkipExisting, OptionId::NoResume},
    std::pair{OptionId::ContentDisposition, OptionId::Output},
    std::pair{OptionId::Checksum, OptionId::ChecksumFile},
    std::pair{OptionId::Ipv4, OptionId::Ipv6},
    std::pair{OptionId::NoMetalink, OptionId::Metalink},
    std::pair{OptionId::User, OptionId::UserCommand},
    std::pair{OptionId::DryRun, OptionId::SessionFile},
    std::pair{OptionId::Config, OptionId::NoConfig},
};

}  // namespace xget::cli
