// Cookie files: each line that is accepted is a cookie for libcurl and nothing else, stays what it
// is when it is written and read again, and what is refused is said without a word of the file.
#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "formats/cookie_file.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"

using namespace xget;
using fuzz::require;
using Lines = std::vector<std::string>;

namespace {

constexpr std::size_t kLongestLineOfLibcurl = 5000;
constexpr WallTime kLongAgo{std::chrono::seconds(0)};
constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

void check_cookie(const std::string& line) {
  require(line.size() <= kLongestLineOfLibcurl, "libcurl cuts nothing off");
  require(std::count(line.begin(), line.end(), '\t') == 6, "a cookie has seven fields");
  require(!line.starts_with('#') || line.starts_with("#HttpOnly_"), "it is no comment");
  require(lower_case(line).find("set-cookie:") != 0, "it is no header of a server's");
  require(std::none_of(line.begin(), line.end(),
                       [](char c) {
                         return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
                       }),
          "it holds nothing that a header cannot");
}

Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

void check_written(const Lines& cookies) {
  const auto all = formats::parse_cookie_file(formats::cookie_file_text(cookies, kLongAgo));
  require(all.has_value(), "what is written can be read");
  require(*all == sorted(cookies), "what is read is what was written");
  const auto fresh = formats::parse_cookie_file(formats::cookie_file_text(cookies, kNow));
  require(fresh.has_value(), "and so can what has not expired");
  require(std::includes(all->begin(), all->end(), fresh->begin(), fresh->end()),
          "which is a part of it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::FuzzInput(data, size).rest());
  const auto with_canary = formats::parse_cookie_file(text + "\n" + std::string(fuzz::kCanary));
  require(!with_canary, "a line that is no cookie is refused");
  fuzz::check_refusal(with_canary.error());
  const auto cookies = formats::parse_cookie_file(text);
  if (!cookies) return 0;
  require(cookies->size() <= formats::kMostCookiesInFile, "their number is in bounds");
  for (const std::string& line : *cookies) check_cookie(line);
  check_written(*cookies);
  return 0;
}
