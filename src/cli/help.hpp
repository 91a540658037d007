// What --help prints.
#pragma once

#include <string>

namespace xget::cli {

std::string help_text();

}  // namespace xget::cli
