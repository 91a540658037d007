// The download engine as a caller sees it: add jobs, read events.
//
//   auto session = xget::Session::create({});
//   (*session)->add({.url = "https://example.org/file.iso", .output = "file.iso"});
//   while (auto event = (*session)->next_event()) { ... }
//
// Threads: a Session owns its threads; every function may be called from any thread.
// Errors: everything that can fail in the world comes back as Result or as a Failed event.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"
#include "xget/upload.hpp"

namespace xget {

namespace api {
struct SessionAccess;
}

class Session {
 public:
  // Fails with Usage when an option makes no sense or names a file that cannot be used (its name is
  // Error::subject). Reads the files of certificates, keys, logins and cookies.
  static Result<std::unique_ptr<Session>> create(Options options);

  // Interrupts what still runs and waits for a running sync.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Checks the job (URL, name, checksum, no other job that uses one of its names) before any
  // request and queues it. Fails with Usage. A job that was added ends in one Finished, one Failed,
  // one Planned or one MetalinkRead. A local Metalink is read before this returns.
  Result<JobId> add(JobSpec spec);

  // Checks the upload (the file is there, or the source's URL is one; `url` is an object's;
  // somebody is known who may ask) before any request and queues it. Fails with Usage or Disk. It
  // ends in one Finished, whose path is the object's URL, or in one Failed.
  Result<JobId> add_upload(const UploadSpec& spec);

  // Adds an entry of a list: one that is an error, or that `add` would refuse, ends at once as
  // Failed, so that the list goes on behind it.
  JobId add_listed(Result<JobSpec> entry);
  JobId add_listed(const Result<UploadSpec>& entry);

  // Tells what is no job's: a Note of job 0 among the events.
  void note(std::string text);
  // Likewise, of what the caller removed (removal.hpp).
  void removed(Removed removed);

  // The next event in order; waits for it. nullopt once every job added has ended and all
  // events were read, and so at once before the first job is added. At most one thread should wait
  // here.
  std::optional<Event> next_event();

  // Likewise, but waits no longer than that (none at all for zero): nullopt where nothing came in
  // time, too, and done() tells which.
  std::optional<Event> next_event(Milliseconds at_most);

  // Whether every job added has ended and all events were read: until the next add().
  [[nodiscard]] bool done() const;

  // Writes what cookies there are now to Options::cookie_jar, in one step; nothing to do without
  // one. Call it once the jobs have ended. Fails with Disk.
  Result<void> save_cookies();

  // Writes the rest of Options::trace_file; nothing to do without one. Call it once the jobs have
  // ended: the trace ends here. Fails with Disk where any of it could not be written.
  Result<void> end_trace();

  // Stops one job, running or waiting: its network at once, then a last checkpoint. It ends as
  // Interrupted, and what was kept stays for a later one; or it ends as it would have, where that
  // was too close. Nothing happens to a job that has ended, and so not to a Metalink's files once
  // they go on in its place: each has an id of its own.
  void cancel(JobId job);

  // Stops all jobs in that way, and those that are added later: a session cannot go on after it.
  void interrupt();

 private:
  friend struct api::SessionAccess;
  class Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "1.2.3"
const char* version();

// Whether this names an object of a store, or a bucket: s3://… or oss://…, in any case.
bool is_object_url(const std::string& url);

// Whether `add` would read this job as a Metalink, as far as can be told without a request.
bool is_metalink(const JobSpec& spec);

// Whether what these options hold is for requests to this URL. False where either is none.
bool holds_for(const HostOptions& host, const std::string& url);

// Where `add` would put this job's bytes: folder and output, or a safe name from the URL.
// Where the server may name the file, this is where it goes without such a name; it may be empty.
// Fails with Usage if the URL or the name cannot be used; the rest of the job is not looked at.
Result<std::string> target_path(const JobSpec& spec);

// A file that something besides a job writes to, and what that is called in messages.
struct WrittenFile {
  std::string path;
  std::string called;
};

// Whether all of these jobs can be added to one session: each has a name, and no two would use one,
// for the file or for what stands beside it until it is whole (FILE.partial, FILE.partial.json and
// the like). Jobs whose files a Metalink or a server names are known too late for that. `add` asks
// the same, job by job, when those before it may run already. `written`: what else the caller
// writes to meanwhile. Fails with Usage; Error::subject is the URL.
Result<void> check_targets(const std::vector<JobSpec>& jobs,
                           const std::vector<WrittenFile>& written = {});

}  // namespace xget
