// Where the secrets are in a URL, so that it can be shown without them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xget {

// What stands for a secret in a text that is shown.
inline constexpr std::string_view kHiddenSecret = "…";

enum class SecretKind {
  UserInfo,   // "user:password", without the "@" after it
  Parameter,  // the value of a parameter in path, query or fragment
};

struct SecretSpan {
  SecretKind kind = SecretKind::UserInfo;
  std::size_t begin = 0;  // in the text, in bytes
  std::size_t end = 0;
  std::string_view name;  // the parameter's, as it stands in the text
};

// In the order of the text, disjoint. Takes any text, malformed URLs too, and rather finds too
// much: a parameter is a secret if its name sounds like one or if its value holds user info. The
// names are views into `url`.
std::vector<SecretSpan> secrets_in_url(std::string_view url);

}  // namespace xget
