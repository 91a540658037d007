// Secrets in what a user typed, replaced by "…" so that it can be printed. Works on text that need
// not be a sound URL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/given.hpp"

namespace xget::cli {

struct HiddenText {
  std::string text;
  std::vector<std::string> hidden;  // what was replaced, in words: "the user info of the URL"
};

// User info, and the values of parameters that sound like secrets.
HiddenText hide_url_secrets(std::string_view url);
// "Name: value" → "Name: …"; "@FILE" stays.
HiddenText hide_header_secrets(std::string_view line);
// "user:password" → "user:…"; "user" and "@FILE" stay.
HiddenText hide_user_secrets(std::string_view user);

// Whatever of it is secret, by the kind of option that it is.
HiddenText hide_secrets(const GivenOption& option);

}  // namespace xget::cli
