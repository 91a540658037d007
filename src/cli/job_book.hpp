// JobBook: the command's jobs from being added to their ends: which word of the command line, or
// which entry of a list, each came from, and what became of them. It holds those that have not
// ended alone, so a list may be without end.
//
// Thread: any; one may feed a list while another follows the events.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "xget/session.hpp"

namespace xget::cli {

// What became of the jobs.
struct Outcome {
  // Of the command line's own words, in their order. A Metalink is done once all of its files are.
  std::vector<std::optional<ErrorCode>> of_words;
  std::optional<ErrorCode> of_list;  // the first failure of a list's files
  bool interrupted = false;          // any of them, or the reading of a list
  bool can_go_on = false;            // some that failed
  bool anything_kept = false;        // of those
};

class JobBook {
 public:
  // Of a list, so many are under way or wait at most.
  static constexpr std::size_t kMostListed = 512;

  // Whether the job is of the command line or of a list. Fails with Usage, for a word alone: an
  // entry that cannot be added ends as Failed.
  Result<void> add_word(Session& session, JobSpec job);
  // Waits for room. False: stop(), nothing was added.
  bool add_listed(Session& session, Result<JobSpec> entry);
  void list_begins();
  void list_ended();
  // No more of the list is added: it was interrupted, if there was more to come.
  void stop();

  // Returns the job that ended with it; null: none did, or a list's entry was none.
  std::shared_ptr<const JobSpec> on_event(const Event& event);
  // All jobs that were added have ended: waits for more of the list. False: there is none to come.
  bool wait_for_more();

  [[nodiscard]] Outcome outcome() const;

 private:
  struct Open {
    std::optional<std::size_t> word;      // absent: of a list
    std::shared_ptr<const JobSpec> spec;  // null: the entry is none, or a Metalink describes it
  };
  void on_failure(const Failed& failed);
  std::shared_ptr<const JobSpec> close(JobId job);

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::map<JobId, Open> open_;
  std::size_t listed_ = 0;  // of those
  bool more_to_come_ = false;
  bool stopped_ = false;
  Outcome outcome_;
};

}  // namespace xget::cli
