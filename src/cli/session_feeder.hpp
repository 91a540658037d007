// SessionFeeder: adds the jobs of a session file as room comes free, while a list, if there is one,
// is copied into it as fast as it can be read: from then on the queue outlives the run.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "cli/job_book.hpp"
#include "cli/session_file.hpp"
#include "xget/input_file.hpp"
#include "xget/session.hpp"

namespace xget::cli {

struct GivenList {
  std::string path;
  InputFile list;
  JobSpec common;
};

class SessionFeeder {
 public:
  // All but the list must outlive it. Begins at once.
  SessionFeeder(SessionFile& file, std::optional<GivenList> list, Session& session, JobBook& book);
  ~SessionFeeder();  // reads no further
  SessionFeeder(const SessionFeeder&) = delete;
  SessionFeeder& operator=(const SessionFeeder&) = delete;

  // Whether the whole list stands in the file; so it is where there is none. Any thread.
  [[nodiscard]] bool list_is_taken() const { return taken_; }

 private:
  void copy();
  bool add(Result<JobSpec> entry);
  bool add_error(Result<void> kept);
  ListPosition taken_already() const;
  void feed();

  SessionFile& file_;
  std::optional<GivenList> list_;
  Session& session_;
  JobBook& book_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> taken_;
  std::thread copying_;
  std::thread feeding_;
};

}  // namespace xget::cli
