// Which names are whose: no two jobs that have not ended may use one, for FILE or for what stands
// beside it (base/partial_names.hpp). One's sidecar would replace the other's file.
// Thread: any.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/job_request.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::api {

// What a job wants to write to.
struct WantedTarget {
  std::string path;               // of FILE; "-": standard output
  std::string checkpoint_folder;  // empty: the sidecar stands beside FILE
  std::string etag_file;          // JobSpec::etag_file; empty: none
  std::string url;                // the job's, for messages: without secrets
};

class ClaimedTargets {
 public:
  // Fails with Usage if another job uses one of the names, or two of its own are one; nothing is
  // claimed then. Looks at the
  // folders, as it is the same file however its path is spelt.
  Result<void> claim(JobId job, const WantedTarget& target);
  // The same for a request. Where the server is to name the file, or another name will do, nothing
  // is claimed: what comes first to a name has its lock.
  Result<void> claim(JobId job, const JobRequest& request);
  void release(JobId job);  // nothing to do if it has none

 private:
  struct Owner {
    JobId job = 0;
    std::string url;
  };
  struct Clash {
    const Owner* owner = nullptr;  // null: none
    std::string_view suffix;       // what the wanted name has after FILE's
  };
  [[nodiscard]] Clash find_clash(const std::string& file) const;
  std::string one_path(const std::string& path);
  std::vector<std::string> files_of(const WantedTarget& target);
  void forget(JobId job);  // under the mutex

  // Many files go into one folder: it is looked at once for those that follow each other.
  struct Folder {
    std::string given;
    std::string found;
  };

  std::mutex mutex_;  // guards the rest
  std::optional<Folder> last_folder_;
  // By a FILE's one path. The names beside it follow from it, and are not kept: there may be very
  // many jobs.
  std::unordered_map<std::string, Owner> owners_;
  std::unordered_map<JobId, std::vector<std::string>> files_of_;
};

}  // namespace xget::api
