// Files of checksums, as publishers put them beside what they offer (SHA256SUMS, file.iso.md5):
//
//   HEX  NAME            as sha256sum, md5sum and b2sum write it; "*" before NAME: a binary file
//   \HEX  NAME           likewise; \\, \n and \r in NAME are escapes
//   ALGORITHM (NAME) = HEX   as BSD's tools and "sha256sum --tag" write it
//   HEX                  alone in the file
//
// Lines that are none of these are passed over: comments, a signature around the list, digests by
// algorithms that xget does not know.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLargestChecksumFile = 16 << 20;  // bytes
inline constexpr std::size_t kMostChecksums = 200'000;
inline constexpr std::size_t kLongestChecksumName = 4096;  // bytes; longer ones are passed over

struct Checksum {
  std::string name;  // as given, perhaps with folders; empty: of a file that is not named
  ExpectedDigest digest;
};

class ChecksumList {
 public:
  explicit ChecksumList(std::vector<Checksum> checksums);

  // Entries of the same file name stand together, else in the order of the names.
  [[nodiscard]] const std::vector<Checksum>& all() const { return checksums_; }

  // The digests of the file at `path`, which may be a name alone or a URL's decoded path; the
  // strongest first, one of each algorithm. The entry whose whole name is the longest end of `path`
  // counts ("images/a.iso" before "a.iso"), else entries that are called the same in another
  // folder, else the only one if it has no name. Empty: there is none. Fails with Usage:
  // several differ. Takes the time of a binary search: a list may be asked for each of its files.
  [[nodiscard]] Result<std::vector<ExpectedDigest>> find(std::string_view path) const;

 private:
  [[nodiscard]] std::vector<const Checksum*> entries_for(std::string_view path) const;

  std::vector<Checksum> checksums_;
};

// `file_name` is what the list itself is called, or empty: it tells apart algorithms with the same
// number of digits ("B2SUMS"). Fails with Usage if there is no checksum in it, or too much.
Result<ChecksumList> parse_checksum_file(std::string_view text, std::string_view file_name);

}  // namespace xget::formats
