#include "cli/secret_text.hpp"

#include "base/secrets.hpp"

namespace xget::cli {
namespace {

std::string in_words(const SecretSpan& span) {
  if (span.kind == SecretKind::UserInfo) return "the user and password in the URL";
  if (span.name.empty()) return "a parameter of the URL";
  return "the parameter " + std::string(span.name) + " of the URL";
}

}  // namespace

HiddenText hide_url_secrets(std::string_view url) {
  HiddenText out;
  std::size_t shown = 0;
  for (const SecretSpan& span : secrets_in_url(url)) {
    out.text.append(url.substr(shown, span.begin - shown)).append(kHiddenSecret);
    shown = span.end;
    out.hidden.push_back(in_words(span));
  }
  out.text += url.substr(shown);
  return out;
}

HiddenText hide_header_secrets(std::string_view line) {
  if (line.starts_with('@')) return {std::string(line), {}};
  const auto colon = line.find(':');
  // Without a colon nobody can tell what is the name.
  const std::string name(line.substr(0, colon == std::string_view::npos ? 0 : colon));
  return {name + ": " + std::string(kHiddenSecret), {"the header " + name}};
}

HiddenText hide_user_secrets(std::string_view user) {
  const auto colon = user.find(':');
  if (user.starts_with('@') || colon == std::string_view::npos) return {std::string(user), {}};
  return {std::string(user.substr(0, colon + 1)) + std::string(kHiddenSecret),
          {"the password of --user"}};
}

HiddenText hide_secrets(const GivenOption& option) {
  switch (row_of(option.id).secrecy) {
    case Secrecy::None: break;
    case Secrecy::Url: return hide_url_secrets(option.value);
    case Secrecy::Header: return hide_header_secrets(option.value);
    case Secrecy::User: return hide_user_secrets(option.value);
  }
  return {option.value, {}};
}

}  // namespace xget::cli
