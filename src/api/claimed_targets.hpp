// Which job has which target: no two that have not ended may write to one file.
// Thread: any.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "api/job_request.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::api {

class ClaimedTargets {
 public:
  // Fails with Usage if another job has the request's target. Where the server is to name the file
  // nothing is claimed: what comes first to that name has its lock.
  Result<void> claim(JobId job, const JobRequest& request);
  void release(JobId job);  // nothing to do if it has none

 private:
  std::mutex mutex_;
  std::set<std::string> targets_;
  std::map<JobId, std::set<std::string>::const_iterator> target_of_;
};

}  // namespace xget::api
