#include "cli/credentials.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

// What these say decides which bytes belong where.
constexpr std::array<std::string_view, 9> kOwnHeaders{
    "Range",      "If-Range",      "Accept-Encoding",  "TE", "Transfer-Encoding", "Content-Length",
    "Connection", "If-None-Match", "If-Modified-Since"};

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  const auto is_token_char = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kPunctuation.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// RFC 9110 section 5.5
bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

Result<std::string> check_header(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return refuse_usage("--header", "a header is written \"Name: value\"");
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) {
    return refuse_usage("--header",
                        "the value of " + std::string(name) + " has control characters");
  }
  const bool own = std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                               [&](auto header) { return equals_ignoring_case(header, name); });
  if (own) return refuse_usage("--header", "xget sets " + std::string(name) + " itself");
  return std::string(name) + ": " + std::string(value);
}

// Calls `use` for each line without its end, until one fails.
template <typename Use>
Result<void> for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (Result<void> used = use(line); !used) return used;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> read_headers(const std::vector<std::string>& values,
                                              const SecretInput& input) {
  std::vector<std::string> headers;
  const auto add = [&](std::string_view line) -> Result<void> {
    if (trim(line).empty()) return {};
    auto header = check_header(line);
    if (!header) return fail(header.error());
    headers.push_back(*std::move(header));
    return {};
  };
  for (const std::string& value : values) {
    Result<void> added;
    if (value.starts_with('@')) {
      const auto text = input.read_file(value.substr(1));
      if (!text) return fail(text.error());
      added = for_each_line(*text, add);
    } else {
      added = add(value);
    }
    if (!added) return fail(added.error());
  }
  return headers;
}

Result<std::string> read_user(const std::string& value, const SecretInput& input) {
  if (value.starts_with('@')) {
    const auto text = input.read_file(value.substr(1));
    if (!text) return fail(text.error());
    std::string line = text->substr(0, text->find('\n'));
    if (line.ends_with('\r')) line.pop_back();
    if (line.find(':') != std::string::npos) return line;
    return refuse_usage("--user", "the first line of " + value.substr(1) + " is no USER:PASSWORD");
  }
  if (value.find(':') != std::string::npos) return value;
  const auto password = input.ask_password(value);
  if (!password) return fail(password.error());
  return value + ":" + *password;
}

}  // namespace xget::cli
