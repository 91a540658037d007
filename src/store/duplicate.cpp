#include "store/duplicate.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "store/checkpointer.hpp"
#include "store/claim_room.hpp"
#include "store/digest_check.hpp"
#include "store/disk_error.hpp"
#include "store/partial_lock.hpp"
#include "store/read_back.hpp"

namespace xget::store {
namespace {

constexpr std::uint32_t kDraftMode = 0600;
constexpr std::uint64_t kTaskBytes = 4ULL << 20;  // others take turns with the worker

// FILE.partial.copy. Goes with its last owner, unless it has become FILE by then.
class Draft {
 public:
  Draft(std::shared_ptr<core::Folder> folder, std::string name)
      : folder_(std::move(folder)), name_(std::move(name)) {}
  ~Draft() {
    if (!file_) return;
    // A link to what has FILE's name already is not renamed to it: rename(2) leaves both.
    const auto named = still_named(*folder_, name_, *file_);
    if (named && *named) static_cast<void>(folder_->remove(name_));
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  Result<void> create() {
    auto file = folder_->create(name_, kDraftMode);
    if (!file) return fail(std::move(file.error()));
    file_ = *std::move(file);
    return {};
  }
  Result<void> link(std::shared_ptr<core::File> original) {
    if (auto linked = folder_->link(*original, name_); !linked) return linked;
    file_ = std::move(original);
    return {};
  }
  // Between processes. `path` is FILE, called `name`.
  Result<void> lock(const std::string& name, const std::string& path) {
    auto lock = PartialLock::take(folder_, *file_, name, path);
    // A process that was quicker to lock it works on it; else it would be in the way.
    if (!lock && lock.error().number == EAGAIN) file_.reset();
    if (!lock) return fail(std::move(lock.error()));
    lock_ = *std::move(lock);
    return {};
  }

  [[nodiscard]] core::Folder& folder() { return *folder_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::shared_ptr<core::File>& file() const { return file_; }

 private:
  const std::shared_ptr<core::Folder> folder_;
  const std::string name_;
  std::shared_ptr<core::File> file_;  // null: there is none
  PartialLock lock_;
};

WallTime modified(const core::FileInfo& info) {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<Duration>(Duration(info.mtime_ns)));
}

}  // namespace

// Whoever runs a task owns it meanwhile; the loop does in between.
struct Duplicate::Work {
  Work(core::FileSystem& file_system, core::Original made_from, DuplicateSettings how,
       PartialFiles made)
      : files(file_system),
        original(std::move(made_from)),
        settings(std::move(how)),
        target(std::move(made)),
        draft(target.folder, target.partial_name) {}

  core::FileSystem& files;
  const core::Original original;
  const DuplicateSettings settings;
  const PartialFiles target;  // its partial is the draft
  Draft draft;

  std::shared_ptr<core::File> source;
  std::unique_ptr<Digester> digester;  // of a copy
  std::uint64_t copied = 0;

  Dedupe as = Dedupe::Copy;
  std::string why_copied;
  std::optional<DuplicateOutcome> outcome;  // why there will be none

  // The tasks.
  void prepare();
  void copy_some();

 private:
  bool open_original();
  bool original_stays();
  bool clear_draft();
  bool create_draft();
  bool made_or_to_be_copied(const Result<void>& made);
  bool begin_copy();
  bool give_up(const std::string& why) {
    outcome = NoDuplicate{why};
    return false;
  }
  bool fail_with(Error error) {
    outcome = std::move(error);
    return false;
  }
};

// ---- on the workers -----------------------------------------------------------------------

void Duplicate::Work::prepare() {
  as = settings.as;
  if (!open_original() || !clear_draft()) return;
  if (as == Dedupe::Link && !made_or_to_be_copied(draft.link(source))) return;
  if (as != Dedupe::Link && !create_draft()) return;
  if (as == Dedupe::Reflink && !made_or_to_be_copied(draft.file()->clone(*source))) return;
  as == Dedupe::Copy ? begin_copy() : original_stays();
}

bool Duplicate::Work::open_original() {
  const PathParts parts = parts_of(original.path);
  auto folder = files.open_folder(std::string(parts.folder));
  if (!folder) return give_up(to_string(folder.error()));
  auto file = (*folder)->open(std::string(parts.name), core::Access::Read);
  if (!file) return give_up(to_string(file.error()));
  source = *std::move(file);
  return original_stays();
}

bool Duplicate::Work::original_stays() {
  const auto now = source->info();
  if (now && is_as_it_was(original, *now)) return true;
  return give_up(printable(original.path) + " is another file by now, or was changed");
}

// What a crash left of an earlier one.
bool Duplicate::Work::clear_draft() {
  core::Folder& folder = draft.folder();
  const auto there = folder.info(draft.name());
  if (!there) return fail_with(there.error());
  if (!*there) return true;
  const auto ours = is_unfinished_duplicate(folder, target.name);
  if (!ours) return fail_with(ours.error());
  if (!*ours) return give_up(printable(duplicate_of(target.path)) + " is in the way");
  // A further name of a finished file is nobody's work: its lock would be the file's.
  if (!settings.locked && (*there)->links == 1) {
    auto file = folder.open(draft.name(), core::Access::ReadWrite);
    if (!file) return fail_with(std::move(file.error()));
    const auto lock = PartialLock::take(target.folder, **file, target.name, target.path);
    if (!lock) return fail_with(lock.error());
  }
  if (auto removed = folder.remove(draft.name()); !removed) return fail_with(removed.error());
  return true;
}

bool Duplicate::Work::create_draft() {
  auto made = draft.create();
  if (made && !settings.locked) made = draft.lock(target.name, target.path);
  if (!made) return fail_with(std::move(made.error()));
  // Replaced once the file is whole.
  draft.file()->set_attribute(kOriginMarkAttribute, serialise(settings.commit.mark));
  return true;
}

bool Duplicate::Work::made_or_to_be_copied(const Result<void>& made) {
  if (made) return true;
  if (!core::copy_will_do(made.error().number)) return fail_with(made.error());
  as = Dedupe::Copy;
  why_copied = to_string(made.error());
  return true;
}

bool Duplicate::Work::begin_copy() {
  auto made = make_digester(settings.digest.algorithm);
  if (!made) return fail_with(std::move(made.error()));
  digester = *std::move(made);
  auto room = claim_room(draft.folder(), duplicate_of(target.path), *draft.file(),
                         {0, original.info.size, settings.preallocate});
  return room ? true : fail_with(std::move(room.error()));
}

void Duplicate::Work::copy_some() {
  const std::uint64_t size = original.info.size;
  // Of this task alone: many others may be waiting for their next one.
  std::vector<std::byte> buffer(std::min<std::size_t>(kReadBytes, size));
  const std::uint64_t end = std::min(size, copied + kTaskBytes);
  while (copied < end) {
    const auto part = std::span(buffer).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - copied)));
    const auto got = source->read_at(copied, part);
    if (!got) return static_cast<void>(give_up(to_string(got.error())));
    if (*got < part.size()) {
      return static_cast<void>(give_up(printable(original.path) + " is shorter by now"));
    }
    digester->update(part);
    if (auto written = draft.file()->write_at(copied, part); !written) {
      return static_cast<void>(fail_with(std::move(written.error())));
    }
    copied += part.size();
  }
  if (copied < size || digester->finish_hex() == settings.digest.hex) return;
  give_up(printable(original.path) + " has other bytes by now");
}

// ---- on the loop --------------------------------------------------------------------------

Duplicate::Duplicate(std::shared_ptr<Work> work, DuplicatePorts ports,
                     std::function<void(DuplicateOutcome)> done)
    : work_(std::move(work)), ports_(ports), done_(std::move(done)) {}

std::shared_ptr<Duplicate> Duplicate::begin(const Target& target, DuplicatePorts ports,
                                            core::Original original, DuplicateSettings settings,
                                            std::function<void(DuplicateOutcome)> done) {
  PartialFiles files = partial_files(target, nullptr);
  files.partial_name = duplicate_of(target.name());
  settings.commit.size = settings.commit.mark.size = original.info.size;
  settings.commit.mark.digest = settings.digest;
  if (settings.original_time) settings.commit.modified_time = modified(original.info);
  auto work = std::make_shared<Work>(ports.files, std::move(original), std::move(settings),
                                     std::move(files));
  std::shared_ptr<Duplicate> made(new Duplicate(std::move(work), ports, std::move(done)));
  made->submit(ports.disk, &Work::prepare);
  return made;
}

void Duplicate::submit(core::Worker& worker, std::function<void(Work&)> task) {
  worker.submit([work = work_, task = std::move(task)] { task(*work); },
                [weak = weak_from_this()] {
                  if (auto self = weak.lock()) self->go_on();
                });
}

void Duplicate::go_on() {
  if (!done_) return;
  copied_ = work_->copied;
  if (work_->outcome) return end(*std::move(work_->outcome));
  const bool whole = work_->as != Dedupe::Copy || copied_ == work_->original.info.size;
  whole ? commit() : submit(ports_.hashing, &Work::copy_some);
}

void Duplicate::commit() {
  committing_ = true;
  PartialFiles files = work_->target;
  files.file = work_->draft.file();
  Commit commit = work_->settings.commit;
  commit.name_alone = work_->as == Dedupe::Link;
  const auto checkpointer = std::make_shared<Checkpointer>(std::move(files));
  // The draft stays at least as long as somebody works on it.
  ports_.commits.add(
      checkpointer, std::move(commit),
      [weak = weak_from_this(), work = work_, checkpointer](Result<void> outcome) {
        auto self = weak.lock();
        if (!self) return;
        if (outcome) {
          return self->end(Duplicated{work->as, work->why_copied, checkpointer->final_name()});
        }
        outcome.error().kept.clear();  // what is here is no download
        self->end(std::move(outcome.error()));
      });
}

bool Duplicate::cancel() {
  if (committing_) return false;
  done_ = nullptr;
  return true;
}

void Duplicate::end(DuplicateOutcome outcome) {
  committing_ = false;
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(outcome));
}

Result<bool> is_unfinished_duplicate(core::Folder& folder, const std::string& name) {
  const std::string draft = duplicate_of(name);
  const auto info = folder.info(draft);
  if (!info) return fail(info.error());
  if (!*info || !(*info)->regular || !(*info)->ours) return false;
  if ((*info)->size == 0) return true;  // nothing is lost with it
  auto file = folder.open(draft, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  const auto mark = (*file)->attribute(kOriginMarkAttribute);
  return mark && parse_origin_mark(*mark);
}

}  // namespace xget::store
