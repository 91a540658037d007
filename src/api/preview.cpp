// What can be told of a job before it is added to a session.
#include <utility>

#include "api/choose_target.hpp"
#include "api/claimed_targets.hpp"
#include "api/metalink_request.hpp"
#include "base/metalink_name.hpp"
#include "base/text.hpp"
#include "engine/host_rules.hpp"
#include "net/url.hpp"
#include "remote/object_url.hpp"
#include "xget/session.hpp"

namespace xget {

bool is_object_url(const std::string& url) { return remote::is_object_url(url); }

bool is_metalink(const JobSpec& spec) {
  if (spec.metalink != MetalinkUse::Detect) return spec.metalink == MetalinkUse::Always;
  // Who calls the file so wants the Metalink itself.
  if (is_metalink_name(spec.output)) return false;
  if (is_metalink_name(spec.url) && api::is_local_metalink(spec)) return true;
  // Of a million URLs few get further.
  if (!is_metalink_name(trim(spec.url.substr(0, spec.url.find_first_of("?#"))))) return false;
  const auto url = net::parse_url(spec.url);
  return url && is_metalink_name(url->path);
}

bool holds_for(const HostOptions& host, const std::string& url) {
  const auto pattern = engine::parse_host_pattern(host.host);
  const auto parsed = net::parse_url(url);
  return pattern && parsed && pattern->matches(parsed->origin);
}

Result<std::string> target_path(const JobSpec& spec) {
  const auto name = api::name_in_url(spec.url);
  if (!name) return fail(name.error());
  auto target = api::choose_target(spec, *name);
  if (!target) return fail(std::move(target.error()));
  return std::move(target->path);
}

Result<void> check_targets(const std::vector<JobSpec>& jobs,
                           const std::vector<WrittenFile>& written) {
  api::ClaimedTargets targets;
  JobId place = 0;
  for (const WrittenFile& file : written) {
    const bool called_dash = file.path == "-";  // no standard output where a file is meant
    auto claimed = targets.claim(
        ++place,
        {.path = called_dash ? "./-" : file.path, .checkpoint_folder = "", .url = file.called});
    if (!claimed) return claimed;
  }
  for (const JobSpec& job : jobs) {
    if (is_metalink(job)) continue;  // the names are its to give
    const auto path = target_path(job);
    if (!path) return fail(path.error());
    if (job.content_disposition) continue;  // the names are the servers' to give
    if (job.existing == Existing::Rename) continue;
    auto claimed = targets.claim(++place, {.path = *path,
                                           .checkpoint_folder = job.checkpoint_folder,
                                           .url = net::without_secrets(job.url)});
    if (!claimed) return claimed;
  }
  return {};
}

}  // namespace xget
