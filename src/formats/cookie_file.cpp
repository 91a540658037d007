#include "formats/cookie_file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kHttpOnly = "#HttpOnly_";
constexpr std::size_t kLongestLine = 5000;  // libcurl cuts off what follows
constexpr std::size_t kFields = 7;

enum Field { kDomain, kSubdomains, kPath, kSecure, kExpires, kName, kValue };
using Fields = std::array<std::string_view, kFields>;

tl::unexpected<Error> cookie_error(std::size_t line, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the cookies",
               .subject = "line " + std::to_string(line),
               .cause = std::move(cause)});
}

// A value may be missing, with or without its tab.
std::optional<Fields> split(std::string_view line) {
  Fields fields;
  std::size_t count = 0;
  Parts parts(line, '\t');
  while (const auto part = parts.next()) {
    if (count == kFields) return std::nullopt;
    fields.at(count++) = *part;
  }
  return count >= kFields - 1 ? std::optional(fields) : std::nullopt;
}

bool is_flag(std::string_view text) {
  return equals_ignoring_case(text, "TRUE") || equals_ignoring_case(text, "FALSE");
}

// Host names and IP literals. Without a colon but in an IPv6 literal, so that no line reads as
// "Set-Cookie: ...", which libcurl takes for a server's header.
bool is_domain(std::string_view text) {
  const bool ipv6 = text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  const bool named = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
  return !text.empty() && (ipv6 || named);
}

// Some programs write fractions of a second.
std::optional<std::uint64_t> seconds_of(std::string_view text) {
  return parse_u64(text.substr(0, text.find('.')));
}

// What a request's header cannot carry (RFC 9110 section 5.5), tabs being the separators.
bool has_control_character(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// Why it is no cookie; nullptr: it is one.
const char* fault_of(const std::optional<Fields>& fields) {
  if (!fields) return "it has not the seven fields, parted by tabs, of a cookie";
  if (!is_domain(fields->at(kDomain))) return "its first field is no host";
  if (!is_flag(fields->at(kSubdomains))) return "its second field is neither TRUE nor FALSE";
  if (!fields->at(kPath).starts_with('/')) return "its third field is no path";
  if (!is_flag(fields->at(kSecure))) return "its fourth field is neither TRUE nor FALSE";
  if (!seconds_of(fields->at(kExpires))) return "its fifth field is no time in seconds";
  if (fields->at(kName).empty()) return "its name is empty";
  return nullptr;
}

std::string joined(bool http_only, const Fields& fields) {
  std::string line(http_only ? kHttpOnly : "");
  for (std::size_t i = 0; i < kFields; ++i) {
    if (i > 0) line += '\t';
    line += i == kExpires ? std::to_string(*seconds_of(fields.at(i))) : std::string(fields.at(i));
  }
  return line;
}

struct JudgedLine {
  std::string cookie;           // in the form that libcurl takes
  const char* fault = nullptr;  // why it is none
};

// Neither a comment nor empty.
JudgedLine judge_line(std::string_view line) {
  const bool http_only = line.starts_with(kHttpOnly);
  if (http_only) line.remove_prefix(kHttpOnly.size());
  if (has_control_character(line)) return {"", "it holds a control character"};
  const auto fields = split(line);
  if (const char* fault = fault_of(fields)) return {"", fault};
  JudgedLine judged{joined(http_only, *fields)};
  if (judged.cookie.size() > kLongestLine) judged.fault = "it is too long for a cookie";
  return judged;
}

bool has_expired(const std::string& line, WallTime now) {
  const auto fields = split(line);
  const auto expires = fields ? seconds_of(fields->at(kExpires)) : std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return expires && *expires != 0 && *expires <= static_cast<std::uint64_t>(seconds);
}

}  // namespace

Result<std::vector<std::string>> parse_cookie_file(std::string_view text) {
  if (text.size() > kLargestCookieFile) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the cookies",
                 .subject = "",
                 .cause = "it is larger than 32 MiB"});
  }
  std::vector<std::string> cookies;
  Parts lines(text, '\n');
  for (std::size_t number = 1; const auto whole = lines.next(); ++number) {
    const std::string_view line = without_return(*whole);
    const bool is_comment = line.starts_with('#') && !line.starts_with(kHttpOnly);
    if (is_comment || trim(line).empty()) continue;
    JudgedLine judged = judge_line(line);
    if (judged.fault != nullptr) return cookie_error(number, judged.fault);
    if (cookies.size() >= kMostCookiesInFile)
      return cookie_error(number, "there are too many cookies");
    cookies.push_back(std::move(judged.cookie));
  }
  return cookies;
}

std::string cookie_file_text(std::vector<std::string> lines, WallTime now) {
  std::sort(lines.begin(), lines.end());
  std::string text =
      "# Netscape HTTP Cookie File\n# Written by xget. What is in it may log you in.\n\n";
  for (const std::string& line : lines) {
    if (has_expired(line, now) || judge_line(line).fault != nullptr) continue;
    text.append(line).append("\n");
  }
  return text;
}

}  // namespace xget::formats
