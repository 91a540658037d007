#include "api/tree_entries.hpp"

#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "remote/folder_walk.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_path.hpp"
#include "remote/object_url.hpp"
#include "xget/object_listing.hpp"

namespace xget::api {
namespace {

class NoEntries final : public TreeEntries {
 public:
  Result<std::optional<remote::SyncEntry>> next() override { return std::nullopt; }
  std::vector<LeftOut> take_left_out() override { return {}; }
};

class FolderEntries final : public TreeEntries {
 public:
  FolderEntries(std::string folder, remote::FolderWalk walk)
      : folder_(std::move(folder)), walk_(std::move(walk)) {}

  Result<std::optional<remote::SyncEntry>> next() override {
    while (auto file = walk_.next()) {
      take_passed_over();
      if (const auto key = remote::key_of_path("", file->path); !key) {
        leave_out(file->path, remote::to_string(key.error()), true);
        continue;
      }
      return remote::SyncEntry{.path = std::move(file->path),
                               .size = file->size,
                               .modified = file->modified,
                               .digest = std::nullopt};
    }
    take_passed_over();
    return std::nullopt;
  }

  std::vector<LeftOut> take_left_out() override { return std::exchange(left_out_, {}); }

 private:
  void take_passed_over() {
    for (const remote::PassedOver& each : walk_.take_passed_over()) {
      leave_out(each.path, each.why, each.unseen);
    }
  }

  void leave_out(const std::string& path, std::string why, bool is_failure) {
    left_out_.push_back({path, printable(folder_ + path), std::move(why), is_failure});
  }

  const std::string folder_;  // ends in "/"
  remote::FolderWalk walk_;
  std::vector<LeftOut> left_out_;
};

class StoreEntries final : public TreeEntries {
 public:
  StoreEntries(TreePlace place, std::size_t prefix_length, ObjectListing listing)
      : place_(std::move(place)), prefix_length_(prefix_length), listing_(std::move(listing)) {}

  Result<std::optional<remote::SyncEntry>> next() override {
    while (true) {
      auto object = listing_.next();
      if (!object) return fail(std::move(object.error()));
      if (!*object) return std::nullopt;
      if (auto entry = entry_of(**object)) return entry;
    }
  }

  std::vector<LeftOut> take_left_out() override { return std::exchange(left_out_, {}); }

 private:
  std::optional<remote::SyncEntry> entry_of(const ListedObject& object) {
    const std::string rest = object.key.substr(prefix_length_);
    auto path = remote::path_of_key(rest);
    // An empty object that a console shows as a folder is no file's.
    if (!path && path.error() == remote::PathFault::Folder && object.size == 0) return std::nullopt;
    if (!place_.filter.takes(rest)) return std::nullopt;
    if (!path) {
      left_out_.push_back({rest, printable(object.url), remote::to_string(path.error()), true});
      return std::nullopt;
    }
    return remote::SyncEntry{.path = *std::move(path),
                             .size = object.size,
                             .modified = object.modified,
                             .digest = digest_of(object.etag)};
  }

  // Of the bytes, where the store made it of them.
  static std::optional<ExpectedDigest> digest_of(const std::string& etag) {
    const auto md5 = remote::parse_md5_etag(etag);
    if (!md5 || md5->parts != 0) return std::nullopt;
    return ExpectedDigest{DigestAlgorithm::Md5, md5->md5};
  }

  const TreePlace place_;
  const std::size_t prefix_length_;
  ObjectListing listing_;
  std::vector<LeftOut> left_out_;
};

}  // namespace

std::unique_ptr<TreeEntries> no_entries() { return std::make_unique<NoEntries>(); }

Result<std::unique_ptr<TreeEntries>> folder_entries(TreePlace place, bool may_be_missing) {
  std::string folder = place.place + (place.place.ends_with('/') ? "" : "/");
  auto walk = remote::FolderWalk::open(
      {std::move(place.place), std::move(place.filter), place.follow_links});
  if (!walk && walk.error().number == ENOENT && may_be_missing) return no_entries();
  if (!walk) return fail(std::move(walk.error()));
  return std::make_unique<FolderEntries>(std::move(folder), *std::move(walk));
}

Result<std::unique_ptr<TreeEntries>> store_entries(Session& session, TreePlace place) {
  const auto url = remote::parse_object_url(place.place);
  if (!url) return fail(url.error());
  auto listing = ObjectListing::open(
      session, {.url = place.place, .after = "", .folders = false, .side = place.side});
  if (!listing) return fail(std::move(listing.error()));
  return std::make_unique<StoreEntries>(std::move(place), url->key.size(), *std::move(listing));
}

}  // namespace xget::api
