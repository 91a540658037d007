// Keys, paths and patterns: a key's path stays below its folder and leads back to that key, and
// what is refused is told; a folder that no pattern means anything in holds nothing that is taken.
// The lines are the patterns of an --exclude, an --include and an --exclude and a folder; the rest
// is a key.
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "remote/glob_filter.hpp"
#include "remote/object_path.hpp"

using namespace xget;
using namespace xget::remote;
using fuzz::require;

namespace {

void check_path(const std::string& key) {
  const auto path = path_of_key(key);
  if (!path) {
    require(!std::string_view(to_string(path.error())).empty(), "a refusal says why");
    return;
  }
  require(*path == key, "a path is its key");
  require(("/" + *path + "/").find("/../") == std::string::npos, "a path climbs nowhere");
  require(!path->starts_with('/') && !path->ends_with('/'), "a path is a file's below its folder");
  require(path->find('\0') == std::string::npos, "a path is the whole of what the system sees");
  const auto again = key_of_path("", *path);
  require(again ? *again == key
                : again.error() == PathFault::NotUtf8 || again.error() == PathFault::LongKey,
          "a path leads back to its key");
}

void check_filter(const std::vector<FilterRule>& rules, const std::string& folder,
                  const std::string& rest) {
  const auto filter = GlobFilter::create(rules);
  if (!filter) {
    const std::string text = to_string(filter.error());
    require(filter.error().code == ErrorCode::Usage, "a wrong pattern is the user's to correct");
    require(!filter.error().cause.empty() && printable(text) == text, "and is told to be one");
    return;
  }
  const std::string path = folder.empty() ? rest : folder + "/" + rest;
  require(filter->may_take_below(folder) || !filter->takes(path),
          "a folder that is not walked holds nothing that is taken");
  require(filter->may_take_below("") || !filter->takes(path), "nor does the topmost");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  std::vector<FilterRule> rules;
  for (const bool include : {false, true, false}) {
    const std::string pattern(input.line());
    if (!pattern.empty()) rules.push_back({include, pattern});
  }
  std::string folder(input.line());
  while (folder.ends_with('/')) folder.pop_back();
  const std::string rest(input.rest());
  check_path(rest);
  check_path(folder);
  check_filter(rules, folder, rest);
  return 0;
}
