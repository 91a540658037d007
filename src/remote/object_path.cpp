#include "remote/object_path.hpp"

#include <algorithm>
#include <optional>

#include "base/partial_names.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "remote/object_url.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kLongestSegment = 255;  // NAME_MAX of Linux

// In any case: some file systems make no difference.
bool is_own_name(std::string_view segment) {
  const std::string name = lower_case(segment);
  return std::any_of(kSuffixesBesideFile.begin(), kSuffixesBesideFile.end(),
                     [&](std::string_view suffix) { return name.ends_with(suffix); });
}

std::optional<PathFault> fault_of_segment(std::string_view segment) {
  if (segment.empty()) return PathFault::EmptySegment;
  if (segment == "." || segment == "..") return PathFault::Dot;
  if (segment.size() > kLongestSegment) return PathFault::LongSegment;
  if (is_own_name(segment)) return PathFault::OwnName;
  return std::nullopt;
}

std::optional<PathFault> fault_of(std::string_view path) {
  if (path.starts_with('/')) return PathFault::Absolute;
  if (path.find('\0') != std::string_view::npos) return PathFault::Nul;
  if (path.empty() || path.ends_with('/')) return PathFault::Folder;
  Parts segments(path, '/');
  while (const auto segment = segments.next()) {
    if (const auto fault = fault_of_segment(*segment)) return fault;
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(PathFault fault) {
  switch (fault) {
    case PathFault::Folder: return "it is a folder's marker";
    case PathFault::Absolute: return "it begins with \"/\"";
    case PathFault::EmptySegment: return "it has \"//\"";
    case PathFault::Dot: return "it has a segment \".\" or \"..\"";
    case PathFault::Nul: return "it has a NUL";
    case PathFault::LongSegment: return "it has a segment of more than 255 bytes";
    case PathFault::OwnName: return "it is named as what xget keeps beside an unfinished file";
    case PathFault::NotUtf8: return "it is not UTF-8, which keys are";
    case PathFault::LongKey: return "its key would have more than 1024 bytes";
  }
  return "";
}

tl::expected<std::string, PathFault> path_of_key(std::string_view rest) {
  if (const auto fault = fault_of(rest)) return tl::unexpected<PathFault>(*fault);
  return std::string(rest);
}

tl::expected<std::string, PathFault> key_of_path(std::string_view prefix, std::string_view path) {
  if (const auto fault = fault_of(path)) return tl::unexpected<PathFault>(*fault);
  if (!is_utf8(path)) return tl::unexpected<PathFault>(PathFault::NotUtf8);
  if (prefix.size() + path.size() > kLongestKey) {
    return tl::unexpected<PathFault>(PathFault::LongKey);
  }
  return std::string(prefix).append(path);
}

}  // namespace xget::remote
