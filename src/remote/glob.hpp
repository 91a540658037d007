// Glob patterns over paths whose segments are parted by "/".
//
//   ?        one character, no "/"        [a-z] [!a-z] [^a-z]   one of these, or none of these
//   *        any, no "/"                  \x                    x itself
//   **       as a whole segment: any number of segments, none too; elsewhere the same as *
//
// As in .gitignore, a pattern without "/" means a name, at any depth; one with "/" means a path
// from the top, with or without a "/" in front; one with "/" at its end means folders alone. A
// character is one of UTF-8, or a byte that belongs to none. Case matters; dots in front are like
// any others. Classes ("[[:alpha:]]") are not known. Thread: any; pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "xget/error.hpp"

namespace xget::remote {

// A path's segments. The path must outlive them.
std::vector<std::string_view> segments_of(std::string_view path);

class Glob {
 public:
  // Fails with Usage, by the pattern: it is empty, a bracket is not closed, "\" is its last.
  static Result<Glob> parse(std::string_view pattern);

  // Whether it means the file of this path, or a folder that it is in.
  [[nodiscard]] bool takes_file(std::span<const std::string_view> path) const;
  // Whether it means this folder or one that it is in, so everything below it.
  [[nodiscard]] bool takes_folder(std::span<const std::string_view> path) const;
  // Whether it takes every path below this folder, as "tmp/*" does below tmp. false: not surely.
  [[nodiscard]] bool takes_all_below(std::span<const std::string_view> folder) const;
  // Whether there may be a path below this folder that it takes. true: not surely.
  [[nodiscard]] bool may_take_below(std::span<const std::string_view> folder) const;

 private:
  Glob() = default;

  std::vector<std::string> segments_;  // never empty
  bool folders_alone_ = false;
};

}  // namespace xget::remote
