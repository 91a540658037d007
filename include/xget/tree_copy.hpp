// All that is below a folder, or below a prefix of a store, as the jobs that copy it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "xget/error.hpp"
#include "xget/options.hpp"
#include "xget/upload.hpp"

namespace xget {

class Session;

// Which paths below a folder or a prefix are meant. The last rule that takes a path decides; what
// none takes is included. Patterns are globs: "*" ends at a "/", "**" does not; one without "/" is
// a name at any depth; a folder that is taken is taken with all that is in it.
struct PathRule {
  bool include = false;
  std::string pattern;
};

// Which files are copied of those that both sides have.
enum class TreeCompare {
  Nothing,      // all: the destination is not listed
  SizeAndTime,  // of another size, or newer at the source
  Size,         // of another size
  Digest        // of another size or with other bytes, which are read for that where they are local
};

enum class TreeRemoval { Never, AtOnce, Afterwards };

// Each side is a folder or a URL of a store, s3://BUCKET/PREFIX or oss://BUCKET/PREFIX, with or
// without a "/" at its end; one at least is a URL. A relative path has the same segments on both.
struct TreeCopySpec {
  std::string source;
  std::string destination;  // a folder is made if it is missing
  UploadSpec upload;        // of each, but for `file` and `url`
  JobSpec download;         // of each, but for `url` and `output`
  std::vector<PathRule> rules;
  bool follow_links = false;  // else symbolic links are passed over, on both sides
  TreeCompare compare = TreeCompare::Nothing;
  // What the rules take and the source does not have goes. Not with TreeCompare::Nothing. Fails
  // with Usage where the source is a prefix with nothing below it.
  TreeRemoval removal = TreeRemoval::Never;
  // A folder beside the files that are replaced, on their file system: downloads go there first,
  // and to their places afterwards. Empty: at once.
  std::string staging;
  // The second time, once all copies of the first have ended well: the steps are moves out of
  // `staging`, and the removals of TreeRemoval::Afterwards.
  bool afterwards = false;
};

// What was downloaded gets its place. Folders that it needs are made.
struct MoveSpec {
  std::string from;
  std::string to;
};
// Fails with Disk; then `from` is still there.
Result<void> move_into_place(const MoveSpec& move);

// The destination's, which is not at the source.
struct TreeExtra {
  std::string target;  // path, or URL, of which the key is raw
  bool is_url = false;
  std::string below;  // of a path: the destination, of which it begins
};
// A file alone; then folders above it that are empty, up to `below`, which stays. Fails with Disk.
Result<void> remove_local(const TreeExtra& extra);

using TreeStep = std::variant<UploadSpec, JobSpec, TreeExtra, MoveSpec>;

// In the byte order of the relative paths, as a merge of two listings, so that ten million files
// need no more memory than ten thousand. Threads: any, one at a time; its calls block.
class TreeCopy {
 public:
  // The session must outlive it. Fails with Usage (a rule that is none, two folders, a URL of no
  // store) or Disk (the source is no folder, or is closed).
  static Result<TreeCopy> open(Session& session, TreeCopySpec spec);
  ~TreeCopy();
  TreeCopy(TreeCopy&&) noexcept;
  TreeCopy& operator=(TreeCopy&&) noexcept;

  // nullopt: that was all. An error: this file cannot be copied, or a folder cannot be read, and
  // the next call goes on behind it; or a listing failed, and the next call gives nullopt. No
  // removal comes of what may be at the source unseen.
  std::optional<Result<TreeStep>> next();
  // What was passed over since this was asked last, in words; printable.
  std::vector<std::string> take_notes();
  [[nodiscard]] std::uint64_t same() const;  // files that need not be copied, until now

 private:
  class Impl;
  explicit TreeCopy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xget
