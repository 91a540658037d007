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
#include <set>
#include <string>
#include <vector>

#include "cli/session_file.hpp"
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

// What ended with an event.
struct Ended {
  std::shared_ptr<const JobSpec> job;  // null: none did, or a list's entry was none
  std::string lines;                   // of such an entry, as they stand in the list
  std::optional<QueuePlace> finished;  // an entry of a session file, with all of its files
};

enum class Queued { Added, Twice, Stopped };

class JobBook {
 public:
  // Of a list, so many are under way or wait at most.
  static constexpr std::size_t kMostListed = 512;

  // Whether the job is of the command line or of a list. Fails with Usage, for a word alone: an
  // entry that cannot be added ends as Failed.
  Result<void> add_word(Session& session, JobSpec job);
  Result<void> add_word(Session& session, const UploadSpec& upload);
  // Waits for room. False: stop(), nothing was added. `lines`: what the list has of it.
  bool add_listed(Session& session, Result<JobSpec> entry, const std::string& lines);
  bool add_listed(Session& session, const Result<UploadSpec>& entry);
  // The same of an entry of a session file. One that is open already, at another place, stands for
  // this one, which is not added.
  Queued add_queued(Session& session, QueuedJob queued);
  void list_begins();
  void list_ended();
  // All of the list that were added have ended. False: stop().
  bool wait_for_listed();
  // The session has something to tell that is no job's.
  void has_news();
  // No more of the list is added: it was interrupted, if there was more to come.
  void stop();

  Ended on_event(const Event& event);
  // All jobs that were added have ended: waits for more of the list, or for news. False: there is
  // none to come.
  bool wait_for_more();

  [[nodiscard]] Outcome outcome() const;

 private:
  struct Open {
    std::optional<std::size_t> word;      // absent: of a list
    std::shared_ptr<const JobSpec> spec;  // null: the entry is none, or a Metalink describes it
    std::optional<QueuePlace> place;
    std::string lines;  // of an entry that is none
  };
  // An entry of a session file that has not ended: a Metalink may stand for many.
  struct OpenPlace {
    std::size_t jobs = 0;
    bool failed = false;  // one of them
    std::string entry;
  };
  bool wait_for_room(std::unique_lock<std::mutex>& lock);
  void add_open(JobId job, Open open);
  void on_failure(const Failed& failed);
  Ended close(JobId job, bool failed);

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::map<JobId, Open> open_;
  std::map<QueuePlace, OpenPlace> places_;
  std::set<std::string, std::less<>> entries_;  // of the places
  std::size_t listed_ = 0;                      // of the open ones, those that are of a list
  bool more_to_come_ = false;
  bool news_ = false;
  bool stopped_ = false;
  Outcome outcome_;
};

}  // namespace xget::cli
