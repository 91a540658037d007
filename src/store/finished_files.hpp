// FinishedFiles: origin marks of finished files whose file system has no attributes, in a folder of
// the user's own.
//
// A mark is one line of one of sixteen files, "<XXH3-128 of FILE's whole path> <the mark>\n", added
// at its end in a single write, so that several processes never mix theirs. The last line of a path
// counts; one that a crash has torn is none. A file that has grown past kMostShardBytes keeps the
// newest half: 4 MiB in all, some ten thousand marks. What is lost there, or to a process that adds
// a line just then, costs a question to the server.
//
// Turned down: one file for each mark (nothing bounds them without reading the folder), one
// document that is replaced for each (costs more with each file of a long list, and two processes
// lose each other's). Thread: any; each call blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/ports.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

// What a file is known by there. nullopt: nobody can tell where the folder is.
std::optional<std::string> known_path_of(core::Folder& folder, const std::string& name);

class FinishedFiles {
 public:
  static constexpr std::size_t kMostShardBytes = 256U << 10;
  static constexpr std::size_t kMostLineBytes = 4096;

  // The folder is made when there is a mark to keep. `files` must outlive this.
  FinishedFiles(core::FileSystem& files, std::string folder)
      : files_(files), folder_(std::move(folder)) {}

  // `path` is absolute and without links. A mark that cannot be kept is a log line's worth.
  void remember(const std::string& path, std::string_view mark);
  // The mark, whatever has become of the file since. nullopt: none is kept.
  [[nodiscard]] std::optional<std::string> find(const std::string& path);

 private:
  Result<void> add(const std::string& key, std::string_view mark);
  Result<void> shorten(core::Folder& folder, const std::string& shard);

  core::FileSystem& files_;
  const std::string folder_;
};

// The mark that xget left of a finished file, whatever has become of its bytes since: the file's
// own, or else the one in `elsewhere` (null: nobody keeps any). `file` is called `name` in
// `folder`. nullopt: there is none.
std::optional<OriginMark> find_mark(core::File& file, core::Folder& folder, const std::string& name,
                                    FinishedFiles* elsewhere);

}  // namespace xget::store
