// URLs: what parses is stable under printing, holds neither user info nor control characters, and
// shows no secret. The first line is a URL, the second the Location of a redirect from there.
#include <algorithm>

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "formats/file_name.hpp"
#include "fuzz/fuzz_input.hpp"
#include "net/url.hpp"

using namespace xget;
using fuzz::require;

namespace {

// In capitals, since a host never is (punycode may bring any letters of a name together), and
// begun by no digit of an escape.
constexpr std::string_view kCanary = "KANARIE";

bool sendable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7f;
  });
}

void check_url(const net::Url& url) {
  require(url.origin.scheme == "http" || url.origin.scheme == "https", "only http and https");
  require(!url.origin.host.empty(), "there is a host");
  require(url.origin.host.find_first_of("/?#@") == std::string::npos, "a host is only a host");
  require(url.origin.port > 0 && url.origin.port < 65536, "a port is one");
  require(url.text.starts_with(url.origin.scheme + "://"), "it is absolute");
  require(sendable(url.text), "nothing in it ends a request line");
  require(url.text.find('#') == std::string::npos, "there is no fragment");
  require(url.path.starts_with('/'), "a path begins with a slash");

  const auto again = net::parse_url(url.text);
  require(again.has_value(), "a URL that was printed can be read");
  require(again->text == url.text, "printed again it is the same");
  require(again->origin == url.origin && again->path == url.path && again->query == url.query,
          "its parts stay where they are");
  require(again->user_password.empty(), "user info is gone from the text");
}

void check_shown(std::string_view text) {
  const std::string shown = net::without_secrets(text);
  require(printable(shown) == shown, "what is shown can be printed");
  std::size_t end = 0;
  for (const SecretSpan& span : secrets_in_url(text)) {
    require(span.begin >= end && span.begin <= span.end && span.end <= text.size(),
            "secrets are found in order and inside the text");
    end = span.end;
  }
}

// A password in front of whatever this is never shows, however odd the rest.
void check_canary(std::string_view rest) {
  if (rest.find(kCanary) != std::string_view::npos) return;
  for (const char* scheme : {"https://", "http://", "ftp://", ""}) {
    const std::string text = scheme + ("me:" + std::string(kCanary)) + "@" + std::string(rest);
    require(net::without_secrets(text).find(kCanary) == std::string::npos,
            "a password is not shown");
    const auto url = net::parse_url(text);
    require(url || to_string(url.error()).find(kCanary) == std::string::npos,
            "an error does not show it either");
    if (url) require(url->text.find(kCanary) == std::string::npos, "it is taken out of the URL");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const auto text = input.line();
  const auto location = input.line();
  check_shown(text);
  check_canary(text);
  const auto url = net::parse_url(text);
  if (!url) {
    require(url.error().code == ErrorCode::Usage, "a URL is the user's to correct");
    return 0;
  }
  check_url(*url);
  const auto name = formats::safe_file_name(net::decoded_last_path_component(*url));
  require(!name || name->find('/') == std::string::npos, "its file name is one component");

  const auto next = net::resolve_reference(*url, location);
  if (next) {
    check_url(*next);
  } else {
    require(next.error().code == ErrorCode::Refused, "a redirect is the server's fault");
    require(printable(to_string(next.error())) == to_string(next.error()),
            "its error can be shown");
  }
  return 0;
}
