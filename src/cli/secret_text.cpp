#include "cli/secret_text.hpp"

#include <algorithm>

#include "base/secrets.hpp"

namespace xget::cli {
namespace {

constexpr std::string_view kSeparators = "?&;#";

// Where the authority begins: after "scheme://", or at the start where there is no scheme.
std::size_t authority_begin(std::string_view url) {
  const auto slashes = url.find("://");
  const bool has_scheme = slashes != std::string_view::npos && slashes < url.find_first_of("/?#");
  return has_scheme ? slashes + 3 : 0;
}

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto end = std::min(rest.find_first_of(ends), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

void hide_user_info(std::string_view authority, HiddenText& out) {
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    out.text += kHidden;
    out.hidden.emplace_back("the user and password in the URL");
    authority.remove_prefix(at);
  }
  out.text += authority;
}

// `query` is empty or begins with a separator; the fragment counts as one more parameter.
void hide_parameters(std::string_view query, HiddenText& out) {
  while (!query.empty()) {
    out.text += query.front();  // what separates it from the one before
    query.remove_prefix(1);
    const std::string_view parameter = take_until(query, kSeparators);
    const auto equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    if (equals == std::string_view::npos || !names_a_secret(name)) {
      out.text += parameter;
      continue;
    }
    out.text.append(name).append("=").append(kHidden);
    out.hidden.push_back("the parameter " + std::string(name) + " of the URL");
  }
}

}  // namespace

HiddenText hide_url_secrets(std::string_view url) {
  HiddenText out;
  const std::size_t begin = authority_begin(url);
  out.text = url.substr(0, begin);
  std::string_view rest = url.substr(begin);
  hide_user_info(take_until(rest, "/?#"), out);
  out.text += take_until(rest, "?#");
  hide_parameters(rest, out);
  return out;
}

HiddenText hide_header_secrets(std::string_view line) {
  if (line.starts_with('@')) return {std::string(line), {}};
  const auto colon = line.find(':');
  // Without a colon nobody can tell what is the name.
  const std::string name(line.substr(0, colon == std::string_view::npos ? 0 : colon));
  return {name + ": " + std::string(kHidden), {"the header " + name}};
}

HiddenText hide_user_secrets(std::string_view user) {
  const auto colon = user.find(':');
  if (user.starts_with('@') || colon == std::string_view::npos) return {std::string(user), {}};
  return {std::string(user.substr(0, colon + 1)) + std::string(kHidden),
          {"the password of --user"}};
}

}  // namespace xget::cli
