#include "cli/job_book.hpp"

#include <utility>

#include "cli/event_text.hpp"

namespace xget::cli {

// The lock is held while a job is added, so that none of its events is read before it is known.
Result<void> JobBook::add_word(Session& session, JobSpec job) {
  const std::lock_guard lock(mutex_);
  auto spec = std::make_shared<const JobSpec>(job);
  const auto id = session.add(std::move(job));
  if (!id) return fail(id.error());
  add_open(*id, {outcome_.of_words.size(), std::move(spec), std::nullopt, {}});
  outcome_.of_words.emplace_back();
  return {};
}

Result<void> JobBook::add_word(Session& session, const UploadSpec& upload) {
  const std::lock_guard lock(mutex_);
  const auto id = session.add_upload(upload);
  if (!id) return fail(id.error());
  add_open(*id, {outcome_.of_words.size(), nullptr, std::nullopt, {}});
  outcome_.of_words.emplace_back();
  return {};
}

bool JobBook::wait_for_room(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return stopped_ || listed_ < kMostListed; });
  return !stopped_;
}

bool JobBook::add_listed(Session& session, Result<JobSpec> entry, const std::string& lines) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock)) return false;
  auto spec = entry ? std::make_shared<const JobSpec>(*entry) : nullptr;
  Open open{std::nullopt, std::move(spec), std::nullopt, entry ? "" : lines};
  add_open(session.add_listed(std::move(entry)), std::move(open));
  changed_.notify_all();
  return true;
}

bool JobBook::add_listed(Session& session, const Result<UploadSpec>& entry) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock)) return false;
  add_open(session.add_listed(entry), {std::nullopt, nullptr, std::nullopt, {}});
  changed_.notify_all();
  return true;
}

Queued JobBook::add_queued(Session& session, QueuedJob queued) {
  std::unique_lock lock(mutex_);
  if (!wait_for_room(lock)) return Queued::Stopped;
  if (!entries_.insert(queued.entry).second) return Queued::Twice;
  auto spec = queued.job ? std::make_shared<const JobSpec>(*queued.job) : nullptr;
  places_[queued.place].entry = std::move(queued.entry);
  add_open(session.add_listed(std::move(queued.job)),
           {std::nullopt, std::move(spec), queued.place, {}});
  changed_.notify_all();
  return Queued::Added;
}

void JobBook::add_open(JobId job, Open open) {
  if (!open.word) ++listed_;
  if (open.place) ++places_[*open.place].jobs;
  open_.emplace(job, std::move(open));
}

void JobBook::list_begins() {
  const std::lock_guard lock(mutex_);
  more_to_come_ = true;
}

void JobBook::list_ended() {
  const std::lock_guard lock(mutex_);
  more_to_come_ = false;
  changed_.notify_all();
}

void JobBook::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  outcome_.interrupted |= more_to_come_;
  changed_.notify_all();
}

bool JobBook::wait_for_listed() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return listed_ == 0 || stopped_; });
  return !stopped_;
}

void JobBook::has_news() {
  const std::lock_guard lock(mutex_);
  news_ = true;
  changed_.notify_all();
}

bool JobBook::wait_for_more() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !open_.empty() || news_ || !more_to_come_ || stopped_; });
  return !open_.empty() || std::exchange(news_, false);
}

Ended JobBook::on_event(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (const auto* read = std::get_if<MetalinkRead>(&event)) {
    const Open& metalink = open_.at(read->job);
    for (const JobId file : read->files)
      add_open(file, {metalink.word, nullptr, metalink.place, {}});
    return {nullptr, "", close(read->job, false).finished};
  }
  if (const auto* failed = std::get_if<Failed>(&event)) {
    on_failure(*failed);
    return close(failed->job, true);
  }
  if (const auto* finished = std::get_if<Finished>(&event)) return close(finished->job, false);
  if (const auto* planned = std::get_if<Planned>(&event)) return close(planned->job, false);
  return {};
}

void JobBook::on_failure(const Failed& failed) {
  const Open& job = open_.at(failed.job);
  auto& failure = job.word ? outcome_.of_words[*job.word] : outcome_.of_list;
  const bool interrupted = failed.error.code == ErrorCode::Interrupted;
  if (!failure || (interrupted && job.word)) failure = failed.error.code;
  outcome_.interrupted |= interrupted;
  outcome_.can_go_on |= can_go_on(failed);
  outcome_.anything_kept |= !failed.error.kept.empty();
}

Ended JobBook::close(JobId job, bool failed) {
  Open closed = open_.extract(job).mapped();
  if (!closed.word) --listed_;
  changed_.notify_all();
  Ended ended{std::move(closed.spec), std::move(closed.lines), std::nullopt};
  if (!closed.place) return ended;
  OpenPlace& place = places_.at(*closed.place);
  place.failed |= failed;
  if (--place.jobs > 0) return ended;
  if (!place.failed) ended.finished = closed.place;
  entries_.erase(place.entry);
  places_.erase(*closed.place);
  return ended;
}

Outcome JobBook::outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

}  // namespace xget::cli
