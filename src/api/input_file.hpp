// Files that the caller names and whose text is read whole: logins, cookies, Metalinks.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "xget/error.hpp"

namespace xget::api {

struct InputFile {
  std::string
      text;  // at most one byte longer than what was allowed: whoever parses it refuses that
  struct stat status {};
};

// Pipes too, as a shell makes them for "<(command)". Blocks. Fails with Usage; Error::subject is
// the path, printable.
Result<InputFile> read_input_file(const std::string& path, std::size_t most_bytes);

}  // namespace xget::api
