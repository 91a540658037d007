// Files with the same bytes (--dedupe): one of them, the original, is fetched, and the others are
// made from it. What decides on that. Pure.
#pragma once

#include <string>

#include "base/digest.hpp"
#include "core/ports.hpp"

namespace xget::core {

// What all files with this digest share, for who looks for them: "sha256:HEX". Empty where it may
// be different files' by chance (fewer than 128 bits), and for the digest of no byte at all: an
// empty file costs nothing to fetch, and whoever fills one that is linked would fill them all.
std::string content_named_by(const ExpectedDigest& digest);

// A file whose digest was found right.
struct Original {
  std::string path;
  FileInfo info;  // as it was then
};

// Whether nothing has happened to it since, by all but its bytes.
bool is_as_it_was(const Original& original, const FileInfo& now);

// The file system cannot link or clone it, as this errno says. A copy is what is left.
bool copy_will_do(long number);

}  // namespace xget::core
