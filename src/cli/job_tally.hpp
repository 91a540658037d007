// What is known of the downloads, from their events: of each that runs its last state, of those
// that have ended their sums alone, so that memory does not grow with their number.
// Thread: one. `now` is the time since the command began and never goes back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/progress_line.hpp"
#include "cli/smoothed_rate.hpp"
#include "xget/event.hpp"

namespace xget::cli {

class JobTally {
 public:
  // After a failure, until bytes can come again.
  struct Wait {
    std::string url;
    std::string cause;
    Duration until{};
  };

  // `jobs` that are to run (nullopt: nobody knows how many), `limit_rate` over all of them in bytes
  // per second; 0: there is none.
  JobTally(std::optional<std::size_t> jobs, std::uint64_t limit_rate)
      : jobs_(jobs), limit_rate_(limit_rate) {}

  void on(const Probed& probed, Duration now);
  void on(const Progress& progress, Duration now);
  void on(const Retrying& retrying, Duration now);
  void on(const Note&, Duration) {}
  void on(const Finished& finished, Duration now);
  void on(const Failed& failed, Duration now);
  void on(const MetalinkRead& read, Duration now);
  void on(const Planned& planned, Duration now);
  void on(const Removed& removed, Duration now);

  // Where nobody knows how many, those that have ended.
  [[nodiscard]] std::size_t jobs() const { return jobs_.value_or(finished_ + failed_); }
  [[nodiscard]] std::size_t finished() const { return finished_; }
  // Of those: made from files with the same bytes.
  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }  // bytes, by ended jobs
  [[nodiscard]] std::uint64_t sent() const { return sent_; }          // likewise, to stores
  [[nodiscard]] std::size_t removed() const { return removed_; }      // beside the jobs
  // By jobs that only said what they would do: bytes, as far as their sizes are known.
  [[nodiscard]] std::uint64_t to_fetch() const { return to_fetch_; }
  [[nodiscard]] bool several() const { return !jobs_ || *jobs_ > 1; }
  // Since this job began; for one that has not ended.
  [[nodiscard]] Duration elapsed(JobId id, Duration now);

  // Of each job that runs, in the order in which they were added.
  [[nodiscard]] std::vector<LineState> running(Duration now) const;
  // Of all that have finished or run; of one alone, its own.
  [[nodiscard]] LineState together(Duration now);

  // The wait of a job, if its cause is not the one that was told of it last.
  [[nodiscard]] const Wait* untold_wait(JobId id) const;
  void told(JobId id);
  // Of jobs that go on: their next failure is news again.
  void forget_told_causes();

 private:
  struct Job {
    std::string path;
    Duration began{};
    Progress last;
    std::uint64_t received = 0;  // bytes in this run, as far as `last` tells
    bool probed = false;
    SmoothedRate rate;
    std::optional<Wait> wait;
    std::string told_cause;
  };

  Job& job(JobId id, Duration now);
  [[nodiscard]] LineState state_of(const Job& job, Duration now) const;
  [[nodiscard]] LineState sum() const;
  [[nodiscard]] const Wait* next_to_try() const;  // nullptr: none waits
  [[nodiscard]] std::uint64_t lasting_rate(std::uint64_t bytes_per_second) const;

  std::optional<std::size_t> jobs_;
  std::uint64_t limit_rate_;
  std::map<JobId, Job> running_;
  SmoothedRate rate_;
  std::size_t finished_ = 0;
  std::size_t duplicates_ = 0;
  std::uint64_t finished_size_ = 0;  // bytes
  std::uint64_t to_fetch_ = 0;
  std::size_t failed_ = 0;
  std::uint64_t received_ = 0;  // bytes, by jobs that have ended
  std::uint64_t sent_ = 0;      // likewise
  std::size_t removed_ = 0;     // beside the jobs
};

}  // namespace xget::cli
