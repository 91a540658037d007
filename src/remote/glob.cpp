#include "remote/glob.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace xget::remote {
namespace {

using Segments = std::span<const std::string_view>;
using Pattern = std::span<const std::string>;

constexpr std::string_view kAnySegments = "**";
constexpr std::string_view kAnyName = "*";
constexpr std::string_view kEscape = "\\";

// ---- one character ------------------------------------------------------------------------------

// The character in front as its bytes.
std::string_view first_of(std::string_view text) { return text.substr(0, first_utf8(text).length); }

std::string_view take_first(std::string_view& text) {
  const std::string_view first = first_of(text);
  text.remove_prefix(first.size());
  return first;
}

// Takes a character and the "\" before it.
std::string_view take_literal(std::string_view& pattern) {
  if (pattern.starts_with('\\')) pattern.remove_prefix(1);
  return take_first(pattern);
}

// Bytes of UTF-8 have the order of their characters.
bool is_between(std::string_view low, std::string_view c, std::string_view high) {
  return low <= c && c <= high;
}

// Takes "[...]" from the front, which is closed, as Glob::parse has seen. A "]" that comes first is
// one of the characters.
bool take_bracket(std::string_view& pattern, std::string_view c) {
  pattern.remove_prefix(1);
  const bool negated = pattern.starts_with('!') || pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool holds = false;
  for (bool first = true; first || pattern.front() != ']'; first = false) {
    const std::string_view low = take_literal(pattern);
    const bool is_range = pattern.starts_with('-') && pattern.substr(1, 1) != "]";
    if (is_range) pattern.remove_prefix(1);
    const std::string_view high = is_range ? take_literal(pattern) : low;
    holds = holds || is_between(low, c, high);
  }
  pattern.remove_prefix(1);
  return holds != negated;
}

// Takes what stands for one character from the front of a pattern that is not at a "*".
bool take_one(std::string_view& pattern, std::string_view c) {
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
    return true;
  }
  if (pattern.front() == '[') return take_bracket(pattern, c);
  return take_literal(pattern) == c;
}

// ---- one segment --------------------------------------------------------------------------------

// Where to go on from if what followed a wildcard does not match: with one more for it. Only the
// last wildcard needs to be known, since what came before it matches as it stands.
template <typename Pattern, typename Text>
struct Retry {
  Pattern pattern;
  Text text;
};

bool matches(std::string_view pattern, std::string_view text) {
  std::optional<Retry<std::string_view, std::string_view>> retry;
  while (!text.empty() || !pattern.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      retry = {pattern, text};
      continue;
    }
    if (!text.empty() && !pattern.empty() && take_one(pattern, take_first(text))) continue;
    if (!retry || retry->text.empty()) return false;
    take_first(retry->text);
    pattern = retry->pattern;
    text = retry->text;
  }
  return true;
}

// ---- segments -----------------------------------------------------------------------------------

bool matches(Pattern pattern, Segments path) {
  std::optional<Retry<Pattern, Segments>> retry;
  while (!path.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern.front() == kAnySegments) {
      pattern = pattern.subspan(1);
      retry = {pattern, path};
      continue;
    }
    if (!path.empty() && !pattern.empty() && matches(pattern.front(), path.front())) {
      pattern = pattern.subspan(1);
      path = path.subspan(1);
      continue;
    }
    if (!retry || retry->text.empty()) return false;
    retry->text = retry->text.subspan(1);
    pattern = retry->pattern;
    path = retry->text;
  }
  return true;
}

// Whether it matches the path or a folder that the path is in.
bool matches_some_front(Pattern pattern, Segments path) {
  for (std::size_t length = 1; length <= path.size(); ++length) {
    if (matches(pattern, path.first(length))) return true;
  }
  return false;
}

// ---- is it sound? -------------------------------------------------------------------------------

// Takes the "[" in front and all up to its "]". false: there is none.
bool skip_bracket(std::string_view& pattern) {
  pattern.remove_prefix(1);
  if (pattern.starts_with('!') || pattern.starts_with('^')) pattern.remove_prefix(1);
  for (bool first = true; first || !pattern.starts_with(']'); first = false) {
    if (pattern.empty() || pattern == kEscape) return false;
    take_literal(pattern);
  }
  pattern.remove_prefix(1);
  return true;
}

std::optional<std::string> fault_of(std::string_view segment) {
  while (!segment.empty()) {
    if (segment == kEscape) return "a \"\\\" in it stands before no character";
    if (!segment.starts_with('[')) {
      take_literal(segment);
    } else if (!skip_bracket(segment)) {
      return "a bracket in it is not closed";
    }
  }
  return std::nullopt;
}

tl::unexpected<Error> refuse(std::string_view pattern, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the pattern",
               .subject = "\"" + printable(pattern) + "\"",
               .cause = std::move(cause)});
}

}  // namespace

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  Parts parts(path, '/');
  while (const auto segment = parts.next()) segments.push_back(*segment);
  return segments;
}

Result<Glob> Glob::parse(std::string_view pattern) {
  std::string_view rest = pattern;
  Glob glob;
  glob.folders_alone_ = rest.ends_with('/');
  if (glob.folders_alone_) rest.remove_suffix(1);
  const bool is_name = rest.find('/') == std::string_view::npos;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return refuse(pattern, "it means nothing");
  if (is_name) glob.segments_.emplace_back(kAnySegments);
  for (const std::string_view segment : segments_of(rest)) {
    if (auto fault = fault_of(segment)) return refuse(pattern, *std::move(fault));
    glob.segments_.emplace_back(segment);
  }
  // "a/**" means what is in a folder, and not a file of that name.
  if (glob.segments_.back() == kAnySegments) glob.segments_.emplace_back(kAnyName);
  return glob;
}

bool Glob::takes_file(Segments path) const {
  return (!folders_alone_ && matches(segments_, path)) ||
         (!path.empty() && takes_folder(path.first(path.size() - 1)));
}

bool Glob::takes_folder(Segments path) const { return matches_some_front(segments_, path); }

bool Glob::takes_all_below(Segments folder) const {
  if (takes_folder(folder)) return true;
  if (folders_alone_ || segments_.back() != kAnyName) return false;
  return matches(Pattern(segments_).first(segments_.size() - 1), folder);
}

bool Glob::may_take_below(Segments folder) const {
  if (takes_folder(folder)) return true;
  Pattern pattern(segments_);  // what is left of it below the folders so far
  for (const std::string_view segment : folder) {
    if (pattern.front() == kAnySegments) return true;
    if (pattern.size() == 1 || !matches(pattern.front(), segment)) return false;
    pattern = pattern.subspan(1);
  }
  return true;
}

}  // namespace xget::remote
