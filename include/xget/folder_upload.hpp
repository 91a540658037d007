// The files below a folder as uploads, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/upload.hpp"

namespace xget {

// Which paths below a folder or a prefix are meant. The last rule that takes a path decides; what
// none takes is included. Patterns are globs: "*" ends at a "/", "**" does not; one without "/" is
// a name at any depth; a folder that is taken is taken with all that is in it.
struct PathRule {
  bool include = false;
  std::string pattern;
};

struct FolderUploadSpec {
  std::string folder;
  std::string url;    // prefix of the objects' URLs; a file's relative path is put behind it
  UploadSpec common;  // of each, but for `file` and `url`
  std::vector<PathRule> rules;
  bool follow_links = false;  // else symbolic links are passed over
};

// In the byte order of the paths. Threads: any, one at a time; its calls block.
class FolderUpload {
 public:
  // Fails with Usage (a rule that is none, a URL of no store) or Disk (it is no folder, or is
  // closed).
  static Result<FolderUpload> open(FolderUploadSpec spec);
  ~FolderUpload();
  FolderUpload(FolderUpload&&) noexcept;
  FolderUpload& operator=(FolderUpload&&) noexcept;

  // nullopt: that was all. An error: this file cannot be an object, or a folder cannot be read; the
  // next call goes on behind it.
  std::optional<Result<UploadSpec>> next();
  // What was passed over since this was asked last, in words; printable.
  std::vector<std::string> take_notes();

 private:
  class Impl;
  explicit FolderUpload(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xget
