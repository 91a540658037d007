// The files of one side of a copy of many, below a folder or a store's prefix, in the byte order of
// their relative paths. Thread: any, one at a time; its calls block.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/store_desk.hpp"
#include "remote/glob_filter.hpp"
#include "remote/sync_plan.hpp"
#include "xget/error.hpp"

namespace xget::api {

// What is there and is no entry.
struct LeftOut {
  std::string path;         // relative; it, and all that is below it, is not known to be absent
  std::string shown;        // printable, for messages
  std::string why;          // after a colon
  bool is_failure = false;  // it was to be copied, and cannot be
};

class TreeEntries {
 public:
  virtual ~TreeEntries() = default;
  // nullopt: that was all. A failure ends it, and nothing may be concluded from what did not come.
  virtual Result<std::optional<remote::SyncEntry>> next() = 0;
  // Since this was asked last; of what comes before the entry that was given last.
  virtual std::vector<LeftOut> take_left_out() = 0;
};

struct TreePlace {
  std::string place;  // a folder, or a URL that ends in "/" or names a bucket
  remote::GlobFilter filter;
  bool follow_links = false;
  StoreSide side = StoreSide::Source;
};

// A folder that is not there yet is an empty one where `may_be_missing`. Fails with Disk.
Result<std::unique_ptr<TreeEntries>> folder_entries(TreePlace place, bool may_be_missing);
// Fails with Usage.
Result<std::unique_ptr<TreeEntries>> store_entries(Session& session, TreePlace place);
std::unique_ptr<TreeEntries> no_entries();

}  // namespace xget::api
