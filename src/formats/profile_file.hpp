// The files that AWS's tools keep profiles in, ~/.aws/credentials and ~/.aws/config:
//
//   [profile dev]
//   region = eu-west-1
//   s3 =
//     addressing_style = path
//
// What they mean is not judged here (remote/profiles.hpp). The grammar is that of botocore, which
// most of those tools are built on: names end at the first "=" or ":" and are of any case; a line
// that begins with "#" or ";" is a comment, and one that is indented further than its name goes on
// with the value; a value of such lines alone is a block of names with values of its own. Of what
// stands twice the last counts, where botocore refuses the whole file.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
// Thread: any; pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLargestProfileFile = 1 << 20;  // bytes
inline constexpr std::size_t kMostProfileSections = 10'000;

struct ProfileSection {
  using Values = std::map<std::string, std::string, std::less<>>;
  Values values;                                      // names in lower case
  std::map<std::string, Values, std::less<>> blocks;  // likewise; the names in them as they stand
};

// By what stands between the brackets: "default", "profile dev", "sso-session work".
using ProfileSections = std::map<std::string, ProfileSection, std::less<>>;

// Fails with Usage: which line of `file` cannot be read and why, without a word of it.
Result<ProfileSections> parse_profile_file(std::string_view text, const std::string& file);

}  // namespace xget::formats
