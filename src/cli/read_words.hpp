// Reads the words of a command line. The only place that knows CLI11.
#pragma once

#include <span>
#include <string>

#include "cli/given.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// `words` are argv without the program's name. Options and URLs may be mixed, "--" ends the
// options, an option takes one value and never the word after it. Fails with Usage; an unknown
// option's error names the nearest ones.
Result<Given> read_words(std::span<const std::string> words);

}  // namespace xget::cli
