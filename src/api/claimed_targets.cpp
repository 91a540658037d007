#include "api/claimed_targets.hpp"

#include <filesystem>
#include <optional>

namespace xget::api {
namespace {

// One text for each file, however its path is spelt. Links in its folders are followed, as opening
// it would follow them. nullopt: not known yet.
std::optional<std::string> identity_of(const JobRequest& request) {
  if (request.settings.server_names_in) return std::nullopt;
  const std::string& path = request.settings.path;
  if (request.to_standard_output) return path;
  namespace fs = std::filesystem;
  std::error_code unseen;  // a folder that cannot be looked at: what it is called has to do
  const fs::path whole = fs::absolute(path, unseen);
  const fs::path folder = fs::weakly_canonical(whole.parent_path(), unseen);
  return ((unseen ? whole.parent_path() : folder) / whole.filename()).lexically_normal().string();
}

}  // namespace

Result<void> ClaimedTargets::claim(JobId job, const JobRequest& request) {
  const std::optional<std::string> target = identity_of(request);
  if (!target) return {};
  const std::lock_guard lock(mutex_);
  const auto [place, is_free] = targets_.insert(*target);
  if (!is_free) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "download to",
                 .subject = request.settings.path,
                 .cause = "two downloads would have the same name",
                 .remedy = "give each its own -o"});
  }
  target_of_.emplace(job, place);
  return {};
}

void ClaimedTargets::release(JobId job) {
  const std::lock_guard lock(mutex_);
  const auto target = target_of_.extract(job);
  if (!target.empty()) targets_.erase(target.mapped());
}

}  // namespace xget::api
