#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace xget {
namespace {

constexpr std::array<std::string_view, 22> kMarks{
    "sig",    "token",   "secret", "pass",   "pwd", "cred",   "auth", "key",
    "policy", "session", "sid",    "cookie", "jwt", "ticket", "hmac", "bearer",
    "hdn",    "private", "hash",   "code",   "otp", "user"};

bool sounds_secret(std::string_view raw_name) {
  const std::string name = lower_case(percent_decoded(raw_name));
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return name.find(mark) != std::string::npos; });
}

// A URL inside a URL may carry user info of its own.
bool holds_user_info(std::string_view raw_value) {
  const std::string value = percent_decoded(raw_value);
  return value.find("//") != std::string::npos && value.find('@') != std::string::npos;
}

// Where the authority begins: after "scheme://" however the slashes lean, or at the start.
std::size_t authority_begin(std::string_view url) {
  const auto colon = url.find_first_of(":/?#@");
  if (colon == std::string_view::npos || url[colon] != ':') return 0;
  const auto authority = std::min(url.find_first_not_of("/\\", colon + 1), url.size());
  return authority > colon + 1 ? authority : 0;
}

bool is_port(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Where the "@" after user info stands in `rest`, which begins with the authority.
std::optional<std::size_t> end_of_user_info(std::string_view rest) {
  const auto authority = rest.substr(0, rest.find_first_of("/?#\\"));
  auto at = authority.rfind('@');
  if (at != std::string_view::npos) return at;
  // "user:pa/ss@host": a password that was not encoded cuts the authority short, which shows by a
  // port that is none.
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos || is_port(authority.substr(colon + 1))) return std::nullopt;
  at = rest.rfind('@');
  return at == std::string_view::npos ? std::nullopt : std::optional(at);
}

// `url[begin, end)` is one parameter, "name=value" or a bare word.
std::optional<SecretSpan> secret_parameter(std::string_view url, std::size_t begin,
                                           std::size_t end) {
  const std::string_view parameter = url.substr(begin, end - begin);
  const auto equals = parameter.find('=');
  const bool named = equals != std::string_view::npos;
  const std::string_view name = named ? parameter.substr(0, equals) : std::string_view{};
  const std::string_view value = named ? parameter.substr(equals + 1) : parameter;
  if (value.empty() || !(sounds_secret(name) || holds_user_info(value))) return std::nullopt;
  return SecretSpan{SecretKind::Parameter, end - value.size(), end, name};
}

}  // namespace

std::vector<SecretSpan> secrets_in_url(std::string_view url) {
  constexpr std::string_view kSeparators = "?&;#";
  std::vector<SecretSpan> spans;
  std::size_t at = authority_begin(url);
  if (const auto end = end_of_user_info(url.substr(at))) {
    if (*end > 0) spans.push_back({SecretKind::UserInfo, at, at + *end, {}});
    at += *end;
  }
  at = url.find_first_of(kSeparators, at);
  while (at != std::string_view::npos) {
    const std::size_t begin = at + 1;
    at = url.find_first_of(kSeparators, begin);
    if (const auto span = secret_parameter(url, begin, std::min(at, url.size()))) {
      spans.push_back(*span);
    }
  }
  return spans;
}

}  // namespace xget
