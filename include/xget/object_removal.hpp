// Objects that are deleted: some that are named, or all that is at and below a place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/tree_copy.hpp"

namespace xget {

class Session;

struct RemovalSpec {
  std::vector<std::string> urls;  // s3://BUCKET/KEY
  // Each URL means the object of that very key and what is below KEY/, of s3://b/logs nothing of
  // "logs2"; s3://BUCKET/ all that the bucket holds.
  bool tree = false;
  // Deletes this version of the one URL, for good; not of a tree. Empty: the object, of which a
  // bucket that keeps versions keeps all.
  std::string version_id;
  // Of a tree: which paths are meant, relative to its URL.
  std::vector<PathRule> rules;
  StoreSide side = StoreSide::Source;  // whose account asks
  bool dry_run = false;                // what would be deleted is told, and nothing is
};

// What became of one.
struct RemovedObject {
  std::string url;                    // the raw bytes of the key
  std::optional<std::uint64_t> size;  // bytes; of a tree alone
  std::optional<Error> error;         // it may still be there
};

// In a bucket that keeps versions the older ones stay, behind a mark.
// Threads: any, one at a time; its calls block. In memory are two pages of a listing, and what is
// on its way to be deleted: at most some thousand keys.
class ObjectRemoval {
 public:
  // Fails with Usage: a URL that names no object, or without `tree` a bucket; a rule that is none.
  static Result<ObjectRemoval> open(Session& session, RemovalSpec spec);
  // Waits for what is on its way.
  ~ObjectRemoval();
  ObjectRemoval(ObjectRemoval&&) noexcept;
  ObjectRemoval& operator=(ObjectRemoval&&) noexcept;

  // The next that is deleted, or could not be. Nothing is deleted but on the way to an answer here.
  // nullopt: that was all. Fails where it cannot go on (a listing fails, the session is
  // interrupted), once all that was on its way is told.
  Result<std::optional<RemovedObject>> next();

 private:
  class Impl;
  explicit ObjectRemoval(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xget
