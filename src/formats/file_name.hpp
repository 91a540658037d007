// Names for files from what a server or a URL says. Never trusted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/partial_names.hpp"
#include "xget/error.hpp"

namespace xget::formats {

// What a name may have, so that what stands beside it still fits a file system's 255 bytes.
inline constexpr std::size_t kLongestFileName = 255 - kLongestSuffixBesideFile;

// One path component that is safe to create: what follows the last slash or backslash, visible
// (no leading dot), no option (no leading dash), without control characters or broken UTF-8
// (each becomes "_"), without spaces or dots at its end, cut to kLongestFileName bytes with its
// extension kept. `raw` is percent-decoded already. Fails with Usage where nothing is left.
Result<std::string> safe_file_name(std::string_view raw);

// The same for what a server calls a file. Besides, it is no name of what xget keeps beside a file
// (".partial" becomes "_partial"): an "x.partial.json" of a server's making would say of an "x"
// that is downloaded later which bytes of it are there. nullopt: nothing is left.
std::optional<std::string> safe_server_file_name(std::string_view raw);

}  // namespace xget::formats
