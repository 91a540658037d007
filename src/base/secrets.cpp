#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace xget {
namespace {

// Secret wherever they stand in a name.
constexpr std::array<std::string_view, 9> kStems{"signature",  "token",     "secret",
                                                 "credential", "passw",     "passphrase",
                                                 "apikey",     "accesskey", "cookie"};

// Secret as a word of its own; inside another word they mean nothing ("design", "author").
constexpr std::array<std::string_view, 13> kWords{"sig",  "key",  "auth",    "authorization", "pwd",
                                                  "hmac", "jwt",  "session", "sessionid",     "sid",
                                                  "pass", "code", "ticket"};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }

// "X-Amz-KeyId" is made of x, amz, key, id.
bool word_ends(std::string_view name, std::size_t at) {
  if (at == name.size() || !is_letter(name[at])) return true;
  if (at == 0) return false;
  if (!is_upper(name[at])) return false;
  const bool next_is_lower = at + 1 < name.size() && is_lower(name[at + 1]);
  return is_lower(name[at - 1]) || (is_upper(name[at - 1]) && next_is_lower);
}

bool is_secret_word(std::string_view word) {
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view secret) { return equals_ignoring_case(word, secret); });
}

}  // namespace

bool names_a_secret(std::string_view name) {
  const std::string lower = lower_case(name);
  const auto holds = [&](std::string_view stem) { return lower.find(stem) != std::string::npos; };
  if (std::any_of(kStems.begin(), kStems.end(), holds)) return true;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    if (!word_ends(name, at)) continue;
    if (is_secret_word(name.substr(begin, at - begin))) return true;
    begin = at < name.size() && is_letter(name[at]) ? at : at + 1;
  }
  return false;
}

}  // namespace xget
