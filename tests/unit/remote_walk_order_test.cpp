#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/walk_order.hpp"

using namespace xget::remote;

namespace {

std::vector<std::string> walked(std::vector<FolderEntry> entries) {
  std::sort(entries.begin(), entries.end(), walks_before);
  std::vector<std::string> names;
  for (const FolderEntry& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace

TEST_CASE("a folder stands where its name with a slash does") {
  CHECK(walked({{"a0", false}, {"a", true}, {"a-b", false}}) ==
        std::vector<std::string>{"a-b", "a", "a0"});
  CHECK(walked({{"a", true}, {"a b", true}, {"a.b", true}}) ==
        std::vector<std::string>{"a b", "a.b", "a"});
  CHECK(walked({{"a-b", false}, {"a", false}}) == std::vector<std::string>{"a", "a-b"});
}

TEST_CASE("bytes beyond ASCII come last") {
  CHECK(walked({{"\xC3\xA4", false}, {"z", true}, {"\x7F", false}}) ==
        std::vector<std::string>{"z", "\x7F", "\xC3\xA4"});
}

TEST_CASE("a walk in this order gives the paths of the files in the order of their bytes") {
  const std::vector<std::string> names{"a", "a!", "a-", "a.", "a0", "aa", "b", "\xC3\xA4"};
  // One of each name as a file beside one that is a folder, whose file is "!" or "~".
  for (const std::string& file : names) {
    for (const std::string& folder : names) {
      if (file == folder) continue;
      for (const std::string inner : {"!", "~"}) {
        CAPTURE(file, folder, inner);
        CHECK(walks_before({file, false}, {folder, true}) == (file < folder + "/" + inner));
        CHECK(walks_before({folder, true}, {file, false}) == (folder + "/" + inner < file));
      }
    }
  }
}
