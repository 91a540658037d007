// `xget ls`: what a bucket holds, or which buckets there are.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/object_listing.hpp"

namespace xget::cli {

// One line. `exact`: sizes in bytes.
std::string listed_text(const ListedObject& object, bool exact);

// "1.4 GiB" or the number, at the right of its column.
std::string size_column(std::uint64_t bytes, bool exact);

ExitCode list_objects(const CommandLine& line);

}  // namespace xget::cli
