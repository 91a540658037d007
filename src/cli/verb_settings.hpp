// What a verb takes from the configuration where its own options say nothing.
// Thread: any; reads the configuration file.
#pragma once

#include <string>

#include "cli/verb_words.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// --checkpoint-dir's folder, or else the one in force for downloads; empty: none. Fails with Usage.
Result<std::string> checkpoint_folder(const VerbWords& words);

}  // namespace xget::cli
