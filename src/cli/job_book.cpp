#include "cli/job_book.hpp"

#include <utility>

#include "cli/report.hpp"

namespace xget::cli {

// The lock is held while a job is added, so that none of its events is read before it is known.
Result<void> JobBook::add_word(Session& session, JobSpec job) {
  const std::lock_guard lock(mutex_);
  auto spec = std::make_shared<const JobSpec>(job);
  const auto id = session.add(std::move(job));
  if (!id) return fail(id.error());
  open_[*id] = {outcome_.of_words.size(), std::move(spec)};
  outcome_.of_words.emplace_back();
  return {};
}

bool JobBook::add_listed(Session& session, Result<JobSpec> entry) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || listed_ < kMostListed; });
  if (stopped_) return false;
  auto spec = entry ? std::make_shared<const JobSpec>(*entry) : nullptr;
  open_[session.add_listed(std::move(entry))] = {std::nullopt, std::move(spec)};
  ++listed_;
  changed_.notify_all();
  return true;
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

bool JobBook::wait_for_more() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !open_.empty() || !more_to_come_ || stopped_; });
  return !open_.empty();
}

std::shared_ptr<const JobSpec> JobBook::on_event(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (const auto* read = std::get_if<MetalinkRead>(&event)) {
    const std::optional<std::size_t> word = open_.at(read->job).word;
    for (const JobId file : read->files) {
      open_.emplace(file, Open{word, nullptr});
      if (!word) ++listed_;
    }
    close(read->job);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    on_failure(*failed);
    return close(failed->job);
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    return close(finished->job);
  }
  return nullptr;
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

std::shared_ptr<const JobSpec> JobBook::close(JobId job) {
  const auto it = open_.find(job);
  if (!it->second.word) --listed_;
  auto spec = std::move(it->second.spec);
  open_.erase(it);
  changed_.notify_all();
  return spec;
}

Outcome JobBook::outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

}  // namespace xget::cli
