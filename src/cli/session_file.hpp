// SessionFile: the queue of a run on the disk, so that the next run goes on with it, whatever ended
// this one. It is a list as --input-file reads one, at any moment, of what is not finished yet:
//
//   {"url":"URL",...}    an entry
//   #"url":"URL",...}    one that is finished: its brace is overwritten
//   #list 5000 DIGEST    so many entries of a list have been taken; what follows is more of it, up
//                        to the next such line, or to #entries
//
// Nothing is rewritten while the queue runs: a new entry is one write at the end, a finished one a
// byte in its place, so a million entries cost no more each than ten. What is finished goes when
// the file is opened, and at the end. A list that is given again is gone on with behind what was
// taken of it, if it begins as it did. Between two runs a user may edit the file.
//
// Turned down: a journal beside the list, of which one could be lost without the other; marks by an
// entry's number, which stand for others once somebody edits the file.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "cli/session_lines.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

using QueuePlace = std::uint64_t;  // where an entry begins, in bytes

struct QueuedJob {
  QueuePlace place = 0;
  std::string entry;
  Result<JobSpec> job;
};

// Threads: one adds, one takes, one tells what is finished.
class SessionFile {
 public:
  // Adds those of `words` that it does not list. It is locked for as long as this lives. `common`:
  // what the jobs have where an entry says nothing. `make`: if it is not there. Fails with Usage
  // (an entry that cannot be read, too, since it would be lost) and Disk; the file is then as it
  // was.
  static Result<std::unique_ptr<SessionFile>> open(const std::string& path,
                                                   const std::vector<JobSpec>& words,
                                                   JobSpec common, bool make);

  // How far the lists were read whose entries it has had.
  [[nodiscard]] const std::vector<ListPosition>& positions() const { return positions_.all(); }
  // As `add` would write it: independent of the folder that the command runs in.
  [[nodiscard]] std::string entry_of(JobSpec job) const;

  // What is added from here on is of a list that was read so far already. Both fail with Disk.
  Result<void> begin_list(const ListPosition& position);
  Result<void> add(const JobSpec& job);
  void no_more();  // is added

  // The next job; waits for it. nullopt: there is none to come, or stop().
  std::optional<QueuedJob> next();
  void stop();

  void finished(QueuePlace place);

  // Once the jobs have ended: the file goes, or lists what is left. `complete`: nothing that was to
  // be added is missing. Returns how many are left. Fails with Disk.
  Result<std::uint64_t> end(bool complete);

 private:
  SessionFile(std::string path, JobSpec common);
  Result<void> lock(bool make);
  [[nodiscard]] Result<void> check_is_list(const JobSpec& job) const;
  Result<void> read_positions();
  Result<void> load(const std::vector<JobSpec>& words);
  Result<std::string> checked_entry(const JobSpec& job) const;
  Result<void> append(const std::string& line);
  int begin_again();
  Result<void> keep_what_waits();
  [[nodiscard]] QueuePlace next_place() const { return read_ - (buffer_.size() - given_); }
  std::optional<std::string> take_line();
  bool read_more();
  [[nodiscard]] tl::unexpected<Error> disk_error(const char* operation, int number) const;

  const std::string path_;
  bool begun_here_ = false;  // by its first line
  const JobSpec common_;
  ListPositions positions_;

  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  Descriptor file_;
  std::uint64_t size_ = 0;     // all of it are whole lines
  std::uint64_t waiting_ = 0;  // entries that are not finished
  std::uint64_t read_ = 0;     // bytes that next() has seen
  std::string buffer_;         // the last of those
  std::size_t given_ = 0;      // of the buffer
  bool no_more_ = false;
  bool stopped_ = false;
  int broken_ = 0;  // errno of a mark that could not be written
};

}  // namespace xget::cli
