#include "cli/process_list.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/secrets.hpp"

namespace xget::cli {
namespace {

struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Part> behind_colon(std::string_view value) {
  const auto colon = value.find(':');
  if (value.starts_with('@') || colon == std::string_view::npos) return {};
  return {{colon + 1, value.size()}};
}

std::vector<Part> secret_parts(std::string_view value, Secrecy secrecy) {
  if (secrecy == Secrecy::None) return {};
  if (secrecy != Secrecy::Url) return behind_colon(value);
  std::vector<Part> parts;
  for (const SecretSpan& span : secrets_in_url(value)) parts.push_back({span.begin, span.end});
  return parts;
}

// The value stands alone or at the end of its option's word: "-uVALUE", "--user=VALUE".
void hide(std::string_view value, Secrecy secrecy, std::span<char* const> argv) {
  const auto parts = secret_parts(value, secrecy);
  if (parts.empty()) return;
  for (char* const argument : argv) {
    const std::string_view word = argument;
    if (!word.ends_with(value)) continue;
    char* const copy = argument + (word.size() - value.size());
    for (const Part part : parts) std::fill(copy + part.begin, copy + part.end, '*');
  }
}

}  // namespace

void hide_in_process_list(const Given& given, std::span<char* const> argv) {
  for (const GivenOption& option : given.options) {
    hide(option.value, row_of(option.id).secrecy, argv);
  }
  for (const std::string& url : given.urls) hide(url, Secrecy::Url, argv);
}

}  // namespace xget::cli
