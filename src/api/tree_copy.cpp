#include "xget/tree_copy.hpp"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "api/option_error.hpp"
#include "api/path_rules.hpp"
#include "api/same_content.hpp"
#include "api/tree_entries.hpp"
#include "base/text.hpp"
#include "remote/glob_filter.hpp"
#include "remote/object_url.hpp"
#include "remote/sync_plan.hpp"

namespace xget {
namespace {

using remote::SyncSide;

remote::SyncCompare compare_of(TreeCompare compare) {
  switch (compare) {
    case TreeCompare::Nothing:
    case TreeCompare::SizeAndTime: return remote::SyncCompare::SizeAndTime;
    case TreeCompare::Size: return remote::SyncCompare::SizeAlone;
    case TreeCompare::Digest: return remote::SyncCompare::Digests;
  }
  return remote::SyncCompare::SizeAndTime;
}

// What is below "s3://bucket/logs" is below its "logs/", and nothing of "logs2" is meant. A bucket
// has all of its keys below it.
Result<std::string> with_slash(const std::string& place) {
  if (!remote::is_object_url(place)) return place + (place.ends_with('/') ? "" : "/");
  const auto url = remote::parse_object_url(place);
  if (!url) return fail(url.error());
  std::string text = to_text(*url);
  if (!text.ends_with('/')) text += '/';
  return text;
}

bool removes(const TreeCopySpec& spec) {
  return spec.removal == (spec.afterwards ? TreeRemoval::Afterwards : TreeRemoval::AtOnce);
}

Result<std::unique_ptr<api::TreeEntries>> entries_of(Session& session, api::TreePlace place,
                                                     bool may_be_missing) {
  if (remote::is_object_url(place.place)) return api::store_entries(session, std::move(place));
  return api::folder_entries(std::move(place), may_be_missing);
}

// What was passed over at the source: nothing at or below it is taken for absent there. Asked for
// paths in their order.
class Unseen {
 public:
  void add(std::string path) { paths_.push_back(std::move(path)); }

  bool cover(const std::string& path) {
    while (!paths_.empty() && !is_at_or_below(path, paths_.front()) &&
           paths_.front() + "/" < path) {
      paths_.pop_front();
    }
    return std::any_of(paths_.begin(), paths_.end(),
                       [&](const std::string& each) { return is_at_or_below(path, each); });
  }

 private:
  static bool is_at_or_below(const std::string& path, const std::string& unseen) {
    if (unseen.empty() || path == unseen) return true;
    return path.starts_with(unseen) && (unseen.ends_with('/') || path[unseen.size()] == '/');
  }

  std::deque<std::string> paths_;
};

}  // namespace

class TreeCopy::Impl {
 public:
  Impl(Session& session, TreeCopySpec spec, std::unique_ptr<api::TreeEntries> source,
       std::unique_ptr<api::TreeEntries> destination)
      : desk_(api::SessionAccess::store_desk(session)),
        spec_(std::move(spec)),
        from_store_(remote::is_object_url(spec_.source)),
        to_store_(remote::is_object_url(spec_.destination)),
        source_(std::move(source)),
        destination_(std::move(destination)),
        plan_({.compare = compare_of(spec_.compare), .removes = removes(spec_)}) {}

  std::optional<Result<TreeStep>> next() {
    while (true) {
      if (!failures_.empty()) return take_failure();
      if (ended_) return std::nullopt;
      if (auto fed = feed(); !fed) {
        ended_ = true;
        return fail(std::move(fed.error()));
      }
      if (!failures_.empty()) continue;
      const auto step = plan_.next();
      if (!step) {
        ended_ = plan_.is_done();
        continue;
      }
      if (auto taken = take(*step)) return taken;
    }
  }

  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }
  [[nodiscard]] std::uint64_t same() const { return same_; }

 private:
  Result<void> feed() {
    for (const SyncSide side : {SyncSide::Source, SyncSide::Destination}) {
      if (!plan_.wants(side)) continue;
      api::TreeEntries& entries = side == SyncSide::Source ? *source_ : *destination_;
      auto entry = entries.next();
      if (!entry) return fail(std::move(entry.error()));
      source_shown_ |= side == SyncSide::Source && entry->has_value();
      // What the destination cannot show is copied; that may fail, and says why.
      auto left_out = entries.take_left_out();
      if (side == SyncSide::Source) heed(std::move(left_out));
      if (auto offered = plan_.offer(side, *std::move(entry)); !offered) return offered;
    }
    return {};
  }

  void heed(std::vector<api::LeftOut> left_out) {
    for (api::LeftOut& each : left_out) {
      if (each.is_failure) {
        failures_.push_back({.code = from_store_ ? ErrorCode::Usage : ErrorCode::Disk,
                             .operation = "copy",
                             .subject = std::move(each.shown),
                             .cause = std::move(each.why)});
      } else {
        notes_.push_back(each.shown + ": " + each.why + "; passed over");
      }
      unseen_.add(std::move(each.path));
    }
  }

  tl::unexpected<Error> take_failure() {
    Error error = std::move(failures_.front());
    failures_.pop_front();
    return fail(std::move(error));
  }

  // nullopt: there is nothing to do.
  std::optional<Result<TreeStep>> take(const remote::SyncStep& step) {
    switch (step.verdict.action) {
      case remote::SyncAction::Copy:
        if (spec_.afterwards) return move_of(step.source->path);
        return copy_of(step.source->path);
      case remote::SyncAction::Delete: return removal_of(step.destination->path);
      case remote::SyncAction::Examine: return examine(step);
      case remote::SyncAction::Skip: break;
    }
    if (step.source) ++same_;
    return std::nullopt;
  }

  [[nodiscard]] TreeStep copy_of(const std::string& path) const {
    JobSpec job = spec_.download;
    job.url = spec_.source + path;
    if (!to_store_ && spec_.staging.empty()) {
      job.output = spec_.destination + path;
      return job;
    }
    if (!to_store_) {
      job.output = staged(path);
      job.existing = Existing::Update;  // what an earlier run has left there
      return job;
    }
    UploadSpec upload = spec_.upload;
    if (from_store_) {
      upload.from = std::move(job);
    } else {
      upload.file = spec_.source + path;
    }
    upload.url = spec_.destination + path;
    return upload;
  }

  // nullopt: it is not there, and so not of the first time.
  [[nodiscard]] std::optional<Result<TreeStep>> move_of(const std::string& path) const {
    if (spec_.staging.empty() || ::access(staged(path).c_str(), F_OK) != 0) return std::nullopt;
    return MoveSpec{staged(path), spec_.destination + path};
  }

  [[nodiscard]] std::string staged(const std::string& path) const {
    return spec_.staging + "/" + path;
  }

  std::optional<Result<TreeStep>> removal_of(const std::string& path) {
    // More often a prefix that is mistyped than one that was emptied: stores have no folders.
    if (from_store_ && !source_shown_) {
      ended_ = true;
      return fail(Error{.code = ErrorCode::Usage,
                        .operation = "remove what is not at",
                        .subject = printable(spec_.source),
                        .cause = "there is nothing at all, so nothing is removed",
                        .remedy = to_store_ ? "where that is meant, xget rm -r does it" : ""});
    }
    if (unseen_.cover(path)) return std::nullopt;
    return TreeExtra{.target = spec_.destination + path,
                     .is_url = to_store_,
                     .below = to_store_ ? "" : spec_.destination};
  }

  std::optional<Result<TreeStep>> examine(const remote::SyncStep& step) {
    const std::string& path = step.source->path;
    const auto same = has_same_content(step);
    if (!same) return fail(same.error());
    if (!*same && spec_.afterwards) return move_of(path);
    if (!*same) return copy_of(path);
    ++same_;
    return std::nullopt;
  }

  Result<bool> has_same_content(const remote::SyncStep& step) {
    const std::string source = spec_.source + step.source->path;
    const std::string destination = spec_.destination + step.source->path;
    if (from_store_ && to_store_) {
      const auto one = desk_.stores().find(source);
      const auto other = desk_.stores().find(destination, StoreSide::Destination);
      if (!one || !other) return fail(one ? other.error() : one.error());
      return api::have_same_content(*one->object, *other->object, desk_);
    }
    const auto object = from_store_ ? desk_.stores().find(source)
                                    : desk_.stores().find(destination, StoreSide::Destination);
    if (!object) return fail(object.error());
    const auto& listed = from_store_ ? *step.source : *step.destination;
    return api::has_same_content(from_store_ ? destination : source, *object->object, listed.digest,
                                 desk_);
  }

  api::StoreDesk& desk_;
  const TreeCopySpec spec_;  // both places end in "/"
  const bool from_store_;
  const bool to_store_;
  const std::unique_ptr<api::TreeEntries> source_;
  const std::unique_ptr<api::TreeEntries> destination_;
  remote::SyncPlan plan_;
  Unseen unseen_;
  bool source_shown_ = false;  // anything of it
  std::deque<Error> failures_;
  std::vector<std::string> notes_;
  std::uint64_t same_ = 0;
  bool ended_ = false;
};

Result<TreeCopy> TreeCopy::open(Session& session, TreeCopySpec spec) {
  for (std::string* place : {&spec.source, &spec.destination}) {
    auto whole = with_slash(*place);
    if (!whole) return fail(std::move(whole.error()));
    *place = *std::move(whole);
  }
  if (!remote::is_object_url(spec.source) && !remote::is_object_url(spec.destination)) {
    return api::option_error(printable(spec.destination),
                             "neither it nor " + printable(spec.source) + " is a store's URL");
  }
  auto filter = api::filter_of(spec.rules);
  if (!filter) return fail(std::move(filter.error()));
  auto source =
      entries_of(session, {spec.source, *filter, spec.follow_links, StoreSide::Source}, false);
  if (!source) return fail(std::move(source.error()));
  auto destination = spec.compare == TreeCompare::Nothing
                         ? Result<std::unique_ptr<api::TreeEntries>>(api::no_entries())
                         : entries_of(session,
                                      {spec.destination, *std::move(filter), spec.follow_links,
                                       StoreSide::Destination},
                                      true);
  if (!destination) return fail(std::move(destination.error()));
  return TreeCopy(std::make_unique<Impl>(session, std::move(spec), *std::move(source),
                                         *std::move(destination)));
}

TreeCopy::TreeCopy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TreeCopy::~TreeCopy() = default;
TreeCopy::TreeCopy(TreeCopy&&) noexcept = default;
TreeCopy& TreeCopy::operator=(TreeCopy&&) noexcept = default;

std::optional<Result<TreeStep>> TreeCopy::next() { return impl_->next(); }
std::vector<std::string> TreeCopy::take_notes() { return impl_->take_notes(); }
std::uint64_t TreeCopy::same() const { return impl_->same(); }

}  // namespace xget
