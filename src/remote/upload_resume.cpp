// What an upload keeps from one run to the next, and what of it still counts.
#include <cerrno>
#include <span>
#include <utility>

#include "base/log.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/upload_task.hpp"
#include "store/replace_file.hpp"

namespace xget::remote {
namespace {

constexpr Duration kSaveInterval = std::chrono::seconds(1);
constexpr Duration kLongestEnd = std::chrono::seconds(10);  // of an upload that is aborted
constexpr std::uint32_t kLockMode = 0600;

// Locked; null: another process has it, or has ended just now and taken it away.
Result<std::unique_ptr<core::File>> locked_file(core::Folder& folder, const std::string& name) {
  auto lock = folder.create(name, kLockMode);
  if (!lock && lock.error().number == EEXIST) lock = folder.open(name, core::Access::ReadWrite);
  if (!lock) return lock;
  const auto locked = (*lock)->lock();
  if (!locked) return fail(locked.error());
  if (*locked == core::LockOutcome::HeldByOther) return nullptr;
  const auto mine = (*lock)->info();
  if (!mine) return fail(mine.error());
  const auto named = folder.info(name);
  if (!named) return fail(named.error());
  if (!*named || (*named)->inode != mine->inode) return nullptr;
  return lock;
}

Result<std::string> read_document(core::Folder& folder, const std::string& name) {
  auto file = folder.open(name, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  const auto info = (*file)->info();
  if (!info) return fail(info.error());
  if (!info->regular || !info->ours || info->size > kLargestUploadCheckpoint) {
    return fail({.code = ErrorCode::Disk, .cause = "it is no checkpoint of this user's"});
  }
  std::string text(static_cast<std::size_t>(info->size), '\0');
  const auto read = (*file)->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!read) return fail(read.error());
  text.resize(*read);
  return text;
}

}  // namespace

// Shared with the worker.
struct UploadTask::Saving {
  std::shared_ptr<core::Folder> folder;
  std::string name;
  std::string text;
  bool wanted = true;
  Result<void> done;
};

// Two that send one file to one object would take each other's parts. What is sent at once keeps
// nothing, and only what an earlier run left matters to it.
Result<void> UploadTask::lock_checkpoint() {
  auto folder = ports_.files.open_folder(settings_.checkpoint_folder);
  if (!folder) return fail(std::move(folder.error()));
  if (plan_.count() == 1) {
    const auto earlier = (*folder)->info(settings_.checkpoint_name);
    if (earlier && !*earlier) return {};
  }
  auto lock = locked_file(**folder, settings_.checkpoint_name + ".lock");
  if (!lock) return fail(std::move(lock.error()));
  if (!*lock) {
    return fail({.code = ErrorCode::Busy,
                 .operation = settings_.operation,
                 .subject = settings_.path,
                 .cause = "another process is sending it to " + settings_.name});
  }
  lock_ = *std::move(lock);
  checkpoints_ = *std::move(folder);
  return {};
}

void UploadTask::find() {
  if (settings_.checkpoint_folder.empty()) return begin();
  if (!checkpoints_) {
    if (auto locked = lock_checkpoint(); !locked) return fail_with(std::move(locked.error()));
  }
  if (!checkpoints_) return begin();
  const auto text = read_document(*checkpoints_, settings_.checkpoint_name);
  if (!text) return begin();
  auto kept = parse_upload_checkpoint(*text);
  if (!kept) {
    log::info(to_string(kept.error()));
    return begin();
  }
  const bool same = names_version() && kept->sha256 == upload_.sha256 && kept->tag == upload_.tag &&
                    kept->plan.size == plan_.size;
  const bool wished = !settings_.part_size || *settings_.part_size == kept->plan.part_size;
  recorded_ = true;
  upload_.unheard_since = kept->unheard_since;
  if (kept->upload_id.empty()) return begin();
  const bool encrypted = kept->encryption == encryption_mark(kept->token);
  if (!same || !wished || !encrypted) {
    const char* why = !same     ? " is not what an earlier run sent"
                      : !wished ? ": other parts are wanted than an earlier run sent"
                                : ": an earlier run had the store encrypt it in another way, or "
                                  "with another key";
    tell_(Note{settings_.id, settings_.path + why + "; beginning again"});
    return abort_then(kept->upload_id, &UploadTask::begin);
  }
  upload_ = *std::move(kept);
  plan_ = upload_.plan;
  list_parts(0);
}

void UploadTask::list_parts(std::uint64_t from) {
  std::vector<QueryParameter> query{{"uploadId", upload_.upload_id}};
  if (from > 0) query.push_back({"part-number-marker", std::to_string(from)});
  if (from == 0) {
    listed_.clear();
    unproven_.clear();
  }
  listed_from_ = from;
  StoreQuestion question = question_of("list the parts of", core::Method::Get, std::move(query));
  add_key(settings_.customer_key, question.asked.headers);
  ask(std::move(question), &UploadTask::on_listed_parts);
}

void UploadTask::on_listed_parts(StoreOutcome outcome) {
  if (!outcome && outcome.error().trouble == StoreTrouble::NoUpload) return confirm({});
  if (!outcome && outcome.error().trouble == StoreTrouble::NoKey) return confirm({});
  if (!outcome) return fail_with(std::move(outcome.error().error));
  auto page = parse_part_listing(outcome->body, listed_from_);
  if (!page) return fail_with(std::move(page.error().error));
  // What the store has under the recorded ETags is what was sent.
  for (const ListedPart& part : page->parts) {
    if (part.number > plan_.count() || part.size != plan_.range(part.number).length()) continue;
    const auto recorded = upload_.parts.find(part.number);
    if (recorded != upload_.parts.end() && same_etag(recorded->second.etag, part.etag)) {
      listed_.insert(*recorded);
    } else if (const auto said = parse_md5_etag(part.etag); said && said->parts == 0) {
      unproven_.emplace(part.number, PartRecord{part.etag, said->md5});
    }
  }
  if (page->next && *page->next < plan_.count()) return list_parts(*page->next);
  keep_listed();
}

void UploadTask::keep_listed() {
  upload_.parts = std::exchange(listed_, {});
  if (!upload_.parts.empty()) {
    tell_(Note{settings_.id, settings_.name + ": " + std::to_string(upload_.parts.size()) + " of " +
                                 std::to_string(plan_.count()) + " parts are there already"});
  }
  send_parts();
}

void UploadTask::abort_then(const std::string& upload_id, void (UploadTask::*next)()) {
  StoreQuestion question =
      question_of("abort the earlier upload of", core::Method::Delete, {{"uploadId", upload_id}});
  if (stage_ == Stage::Ending) {
    end_by_ = ports_.clock.now() + kLongestEnd;
  } else {
    stage_ = Stage::Ask;
  }
  question_ =
      ports_.client.ask(bucket_, std::move(question), [this, next](const StoreOutcome& outcome) {
        question_ = 0;
        on_aborted(outcome);
        (this->*next)();
      });
}

// That it is gone already is as well.
void UploadTask::on_aborted(const StoreOutcome& outcome) {
  const bool gone = outcome || outcome.error().trouble == StoreTrouble::NoUpload ||
                    outcome.error().trouble == StoreTrouble::NoKey;
  if (gone) {
    recorded_ = false;
  } else {
    tell_(
        Note{settings_.id, to_string(outcome.error().error) + "; its parts are left in the store"});
  }
  upload_.upload_id.clear();
  upload_.parts.clear();
}

void UploadTask::checkpoint(Instant now) {
  if (now < save_at_) return;
  save_at_ = now + kSaveInterval;
  if (saving_ || sender_->parts().size() == saved_parts_) return;
  save();
}

void UploadTask::save() {
  if (!checkpoints_ || !can_save_) return;
  if (sender_) upload_.parts = sender_->parts();
  stop_saving();  // the later one counts, and comes after it
  saved_parts_ = upload_.parts.size();
  saving_ = std::make_shared<Saving>(
      Saving{checkpoints_, settings_.checkpoint_name, to_text(upload_), true, {}});
  ports_.disk.submit(
      [work = saving_] {
        work->done =
            store::replace_file(*work->folder, work->name, work->name + ".new", work->text);
      },
      [this, work = saving_] {
        if (work->wanted) on_saved(work->done);
      });
}

// Or at once where nothing is kept.
void UploadTask::save_then(void (UploadTask::*next)()) {
  stage_ = Stage::Saving;
  save();
  after_saving_ = next;
  if (!saving_) (this->*std::exchange(after_saving_, nullptr))();
}

void UploadTask::stop_saving() {
  after_saving_ = nullptr;
  if (saving_) saving_->wanted = false;
  saving_.reset();
}

void UploadTask::on_saved(const Result<void>& saved) {
  saving_.reset();
  if (saved) {
    recorded_ = true;
  } else {
    tell_(Note{settings_.id, to_string(saved.error()) + "; a later run could not go on from here"});
    can_save_ = false;
  }
  if (stage_ == Stage::Ending) return end_kept();
  if (after_saving_ != nullptr) (this->*std::exchange(after_saving_, nullptr))();
}

void UploadTask::abort_abandoned_and_end(Event event) {
  if (!upload_.unheard_since) return forget_checkpoint_and_end(std::move(event));
  stage_ = Stage::Ask;
  abandoned_ = std::make_unique<AbandonedUploads>(
      AbandonedSearch{settings_.key, settings_.name, *upload_.unheard_since}, bucket_,
      ports_.client, [this, event = std::move(event)](const std::string& trouble) {
        if (!trouble.empty()) {
          tell_(Note{settings_.id, trouble + "; an upload without parts may be left in the store"});
        }
        forget_checkpoint_and_end(event);
      });
}

// Under the lock, which goes with it. The end is told when it is gone: a process that hears of it
// may be gone itself before anything else is done.
void UploadTask::forget_checkpoint_and_end(Event event) {
  if (!checkpoints_) return end(std::move(event));
  stop_saving();
  stage_ = Stage::Ending;
  end_by_.reset();
  ports_.disk.submit(
      [folder = std::exchange(checkpoints_, nullptr), name = settings_.checkpoint_name,
       lock = std::move(lock_)] {
        for (const std::string& each : {name, name + ".lock"}) {
          if (auto gone = folder->remove(each); !gone) log::info(to_string(gone.error()));
        }
      },
      [this, event = std::move(event), alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired()) end(event);
      });
}

}  // namespace xget::remote
