#include "cli/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kOfTheProcess = 16;  // standard streams, log, name servers, wake-ups
constexpr std::size_t kOfAJob = 6;         // folders, the partial, its sidecar, a racing address

}  // namespace

std::size_t open_files_needed(const Options& options, std::size_t jobs) {
  const auto most_active = static_cast<std::size_t>(options.most_active_jobs());
  const std::size_t open = most_active + std::size_t{kMostFinishingJobs};
  const std::size_t active = std::min(jobs, most_active);
  const std::size_t of_one =
      static_cast<std::size_t>(options.connections.value_or(options.max_connections_per_host));
  const std::size_t connections =
      std::min(active * of_one, static_cast<std::size_t>(options.most_connections()));
  return kOfTheProcess + std::min(jobs, open) * kOfAJob + connections;
}

Result<void> allow_open_files(std::size_t needed) {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return {};
  limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
  const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  if (raised && limit.rlim_cur >= needed) return {};
  return refuse_usage("",
                      "only " + std::to_string(limit.rlim_max) + " files may be open at a time, " +
                          std::to_string(needed) + " are needed",
                      "raise ulimit -n, or ask for fewer connections (-n)");
}

}  // namespace xget::cli
