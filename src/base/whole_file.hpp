// Files that the user names and whose text is read whole: logins, cookies, Metalinks, certificates.
// Blocks. Thread: any.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <tl/expected.hpp>

namespace xget {

struct FileText {
  std::string text;
  struct stat status {};  // of what was opened, whatever has its name by now
};

// Pipes too, as a shell makes them for "<(command)". Fails with why not, in words that follow
// "FILE cannot be read: "; longer than `most_bytes` is one reason.
tl::expected<FileText, std::string> read_whole_file(const std::string& path,
                                                    std::size_t most_bytes);
// The same of what is open already: standard input, say. The descriptor stays the caller's.
tl::expected<FileText, std::string> read_whole(int descriptor, std::size_t most_bytes);

}  // namespace xget
