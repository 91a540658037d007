#include "xget/folder_upload.hpp"

#include <deque>
#include <utility>

#include "base/text.hpp"
#include "remote/folder_walk.hpp"
#include "remote/object_path.hpp"
#include "remote/object_url.hpp"

namespace xget {
namespace {

Result<remote::GlobFilter> filter_of(const std::vector<PathRule>& rules) {
  std::vector<remote::FilterRule> all;
  all.reserve(rules.size());
  for (const PathRule& rule : rules) all.push_back({rule.include, rule.pattern});
  return remote::GlobFilter::create(all);
}

}  // namespace

class FolderUpload::Impl {
 public:
  Impl(FolderUploadSpec spec, remote::FolderWalk walk)
      : spec_(std::move(spec)), walk_(std::move(walk)) {}

  std::optional<Result<UploadSpec>> next() {
    while (true) {
      if (!unreadable_.empty()) return take_unreadable();
      const auto file = walk_.next();
      take_passed_over();
      if (file) return upload_of(file->path);
      if (unreadable_.empty()) return std::nullopt;
    }
  }

  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }

 private:
  Result<UploadSpec> upload_of(const std::string& path) const {
    const std::string file = path_of(path);
    // The prefix is checked as part of each URL.
    const auto key = remote::key_of_path("", path);
    if (!key) {
      return fail({.code = ErrorCode::Usage,
                   .operation = "upload",
                   .subject = printable(file),
                   .cause = remote::to_string(key.error())});
    }
    UploadSpec upload = spec_.common;
    upload.file = file;
    upload.url = spec_.url + *key;
    return upload;
  }

  void take_passed_over() {
    for (remote::PassedOver& each : walk_.take_passed_over()) {
      if (each.unseen) {
        unreadable_.push_back(std::move(each));
      } else {
        notes_.push_back(printable(path_of(each.path)) + ": " + each.why + "; passed over");
      }
    }
  }

  tl::unexpected<Error> take_unreadable() {
    const remote::PassedOver folder = std::move(unreadable_.front());
    unreadable_.pop_front();
    return fail({.code = ErrorCode::Disk,
                 .operation = "read the folder",
                 .subject = printable(path_of(folder.path)),
                 .cause = folder.why});
  }

  [[nodiscard]] std::string path_of(const std::string& path) const {
    return spec_.folder + (spec_.folder.ends_with('/') ? "" : "/") + path;
  }

  FolderUploadSpec spec_;
  remote::FolderWalk walk_;
  std::deque<remote::PassedOver> unreadable_;
  std::vector<std::string> notes_;
};

Result<FolderUpload> FolderUpload::open(FolderUploadSpec spec) {
  // Once, and not for each file.
  if (auto prefix = remote::parse_object_url(spec.url); !prefix) {
    return fail(std::move(prefix.error()));
  }
  auto filter = filter_of(spec.rules);
  if (!filter) return fail(std::move(filter.error()));
  auto walk = remote::FolderWalk::open({spec.folder, *std::move(filter), spec.follow_links});
  if (!walk) return fail(std::move(walk.error()));
  return FolderUpload(std::make_unique<Impl>(std::move(spec), *std::move(walk)));
}

FolderUpload::FolderUpload(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FolderUpload::~FolderUpload() = default;
FolderUpload::FolderUpload(FolderUpload&&) noexcept = default;
FolderUpload& FolderUpload::operator=(FolderUpload&&) noexcept = default;

std::optional<Result<UploadSpec>> FolderUpload::next() { return impl_->next(); }
std::vector<std::string> FolderUpload::take_notes() { return impl_->take_notes(); }

}  // namespace xget
