#include "formats/file_name.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace xget::formats {
namespace {

// A longer "extension" is just a dot in a long name.
constexpr std::size_t kLongestExtension = 16;

std::string_view last_component(std::string_view path) {
  const auto separator = path.find_last_of("/\\");
  return separator == std::string_view::npos ? path : path.substr(separator + 1);
}

std::string without_control_characters(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (next.valid && !is_control(next.code)) {
      clean += text.substr(0, next.length);
    } else {
      clean += '_';
    }
    text.remove_prefix(next.length);
  }
  return clean;
}

std::string_view without_outer_spaces(std::string_view name) {
  const auto first = name.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  const auto last = name.find_last_not_of(" .");
  if (last == std::string_view::npos || last < first) return {};
  return name.substr(first, last - first + 1);
}

// ".profile" → "_profile", "-rf" → "_rf"
void disarm_start(std::string& name) {
  for (char& c : name) {
    if (c != '.' && c != '-') return;
    c = '_';
  }
}

// ".iso", ".tar.xz", or nothing.
std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  if (name.size() - dot > kLongestExtension) return {};
  constexpr std::string_view kTar = ".tar";
  const bool compound = name.substr(0, dot).ends_with(kTar) && dot > kTar.size();
  return name.substr(compound ? dot - kTar.size() : dot);
}

std::string cut_to_length(const std::string& name) {
  if (name.size() <= kLongestFileName) return name;
  const std::string_view extension = extension_of(name);
  std::size_t end = kLongestFileName - extension.size();
  // Back to where a character begins: `name` is sound UTF-8 by now.
  while ((static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  const std::string cut = name.substr(0, end) + std::string(extension);
  return std::string(without_outer_spaces(cut));  // what is the end by now
}

}  // namespace

Result<std::string> safe_file_name(std::string_view raw) {
  const std::string clean = without_control_characters(last_component(raw));
  std::string name(without_outer_spaces(clean));
  if (name.empty()) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "name",
                 .subject = "\"" + printable(raw) + "\"",
                 .cause = "there is no usable file name in it",
                 .remedy = "name the file with -o FILE"});
  }
  disarm_start(name);
  return cut_to_length(name);
}

std::optional<std::string> safe_server_file_name(std::string_view raw) {
  auto name = safe_file_name(raw);
  if (!name) return std::nullopt;
  // In any case: some file systems make no difference.
  const std::string lower = lower_case(*name);
  for (auto at = lower.find(kPartialSuffix); at != std::string::npos;
       at = lower.find(kPartialSuffix, at + 1)) {
    (*name)[at] = '_';
  }
  return *std::move(name);
}

}  // namespace xget::formats
