#include "api/claimed_targets.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "api/option_error.hpp"
#include "base/partial_names.hpp"
#include "base/text.hpp"

namespace xget::api {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUsualNameMax = 255;  // of a folder that is not open yet

// One text for each folder, however its path is spelt. Links in it are followed, as opening would
// follow them.
std::string one_folder(const fs::path& path) {
  std::error_code unseen;  // a folder that cannot be looked at: what it is called has to do
  const fs::path whole = fs::absolute(path.empty() ? "." : path, unseen);
  const fs::path folder = fs::weakly_canonical(whole, unseen);
  return (unseen ? whole : folder).lexically_normal().string();
}

}  // namespace

std::string ClaimedTargets::one_path(const std::string& path) {
  const fs::path file(path);
  const std::string folder = file.parent_path().string();
  if (!last_folder_ || last_folder_->given != folder) last_folder_ = {folder, one_folder(folder)};
  return (fs::path(last_folder_->found) / file.filename()).lexically_normal().string();
}

// FILE, what a sidecar that stands elsewhere would be the sidecar of, and the file of its ETag.
std::vector<std::string> ClaimedTargets::files_of(const WantedTarget& target) {
  const bool is_file = target.path != "-";
  std::vector<std::string> files{is_file ? one_path(target.path) : target.path};
  if (is_file && !target.checkpoint_folder.empty()) {
    std::string name = hashed_sidecar_of(target.path, kUsualNameMax);
    name.resize(name.size() - kSidecarSuffix.size());
    files.push_back(one_path((fs::path(target.checkpoint_folder) / name).string()));
  }
  if (!target.etag_file.empty()) files.push_back(one_path(target.etag_file));
  return files;
}

namespace {

// By their names alone: what is secret in two URLs may tell them apart.
Error asked_for_twice(const std::string& url, const std::string& name) {
  return {.code = ErrorCode::Usage,
          .operation = "",
          .subject = url,
          .cause = "it is asked for twice, both times as " + printable(name),
          .remedy = "give it once, or each time with its own -o FILE, or out=NAME in a list"};
}

Error name_in_use(const std::string& url, const std::string& other_url, const std::string& name) {
  if (url == other_url) return asked_for_twice(url, name);
  return {.code = ErrorCode::Usage,
          .operation = "",
          .subject = url,
          .cause = "needs a name that " + other_url + " uses: " + printable(name),
          .remedy =
              "name each file with its own -o FILE, in the order of the URLs, or out=NAME in a "
              "list"};
}

Error own_name_in_use(const WantedTarget& target) {
  return option_error("--etag", printable(target.etag_file) +
                                    " is the output, too, or stands beside it: it needs a name of "
                                    "its own")
      .value();
}

}  // namespace

ClaimedTargets::Clash ClaimedTargets::find_clash(const std::string& file) const {
  const auto owner_of = [this](const std::string& name) {
    const auto found = owners_.find(name);
    return found == owners_.end() ? nullptr : &found->second;
  };
  if (const Owner* same = owner_of(file)) return {same, ""};
  for (const std::string_view suffix : kSuffixesBesideFile) {
    if (const Owner* beside = owner_of(file + std::string(suffix))) return {beside, suffix};
    if (!file.ends_with(suffix)) continue;
    const Owner* owner = owner_of(file.substr(0, file.size() - suffix.size()));
    if (owner != nullptr) return {owner, ""};
  }
  return {};
}

Result<void> ClaimedTargets::claim(JobId job, const WantedTarget& target) {
  const std::lock_guard lock(mutex_);
  for (const std::string& file : files_of(target)) {
    const Clash clash = find_clash(file);
    if (clash.owner == nullptr) {
      owners_.emplace(file, Owner{job, target.url});
      files_of_[job].push_back(file);
      continue;
    }
    const bool is_target = !files_of_.contains(job);
    Error error = clash.owner->job == job
                      ? own_name_in_use(target)
                      : name_in_use(target.url, clash.owner->url,
                                    (is_target ? target.path : file) + std::string(clash.suffix));
    forget(job);
    return fail(std::move(error));
  }
  return {};
}

Result<void> ClaimedTargets::claim(JobId job, const JobRequest& request) {
  const engine::JobSettings& settings = request.settings;
  if (settings.server_names_in || settings.existing == Existing::Rename) return {};
  return claim(job,
               {.path = request.settings.path,
                .checkpoint_folder = request.settings.checkpoint_folder,
                .etag_file = request.etag_file,
                .url = request.source.name.empty() ? net::without_secrets(request.source.url.text)
                                                   : request.source.name});
}

void ClaimedTargets::release(JobId job) {
  const std::lock_guard lock(mutex_);
  forget(job);
}

void ClaimedTargets::forget(JobId job) {
  const auto files = files_of_.extract(job);
  if (files.empty()) return;
  for (const std::string& file : files.mapped()) owners_.erase(file);
}

}  // namespace xget::api
