#include "cli/cp_verb.hpp"

#include <filesystem>
#include <utility>

#include "base/text.hpp"
#include "cli/copy_command.hpp"
#include "cli/copy_settings.hpp"
#include "cli/event_text.hpp"
#include "cli/secret_text.hpp"
#include "cli/url_word.hpp"
#include "cli/usage_error.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

bool is_url(const std::string& word) { return word.find("://") != std::string::npos; }

std::string shown(const std::string& word) { return hide_url_secrets(printable(word)).text; }

// Whether what is copied goes into it, under its own name.
bool is_container(const std::string& destination, std::size_t sources) {
  if (sources > 1 || destination.ends_with('/')) return true;
  if (is_object_url(destination)) return names_bucket(destination);
  std::error_code unseen;
  return std::filesystem::is_directory(destination, unseen);
}

// Whether -r means all that is below it. A file is one file, with -r as without.
bool is_tree(const std::string& source, const std::string& destination) {
  std::error_code unseen;
  if (is_object_url(source)) return true;
  return is_object_url(destination) && std::filesystem::is_directory(source, unseen);
}

std::string last_component(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

struct Copy {
  const VerbWords& own;
  const JobSpec& common;
  std::string destination;
  bool container = false;
};

// Under which a source goes below a prefix.
Result<std::string> name_below(const std::string& source) {
  if (is_url(source) && !is_object_url(source)) return target_path({.url = source});
  std::string name = last_component(source);
  if (name.empty()) return refuse_usage(shown(source), "it is a folder");
  return name;
}

Result<UploadSpec> upload(const Copy& copy, const std::string& source) {
  auto spec = upload_settings(copy.own, copy.common);
  if (!spec) return spec;
  if (is_url(source)) {
    spec->from = copy.common;
    spec->from->url = source;
  } else {
    spec->file = source;
  }
  spec->url = copy.destination;
  if (!copy.container) return spec;
  if (!spec->url.ends_with('/')) spec->url += '/';
  auto name = name_below(source);
  if (!name) return fail(std::move(name.error()));
  spec->url += *name;
  return spec;
}

// Of what is there already, --update leaves what is neither newer nor of another size; what is
// chosen then replaces what stands there.
Result<TreeCopySpec> tree(const Copy& copy, const std::string& source) {
  auto spec = tree_settings(copy.own, copy.common, source, copy.destination);
  if (!spec || !copy.own.has("update")) return spec;
  spec->compare = TreeCompare::SizeAndTime;
  spec->download.existing = Existing::Overwrite;
  return spec;
}

JobSpec download_of(const Copy& copy, const std::string& source) {
  JobSpec job = copy.common;
  job.url = source;
  if (copy.container) {
    job.folder = copy.destination;
  } else {
    job.output = copy.destination;
  }
  return job;
}

Result<NamedJobs> jobs_of(const VerbWords& own, std::vector<std::string> words,
                          const JobSpec& common) {
  if (words.size() < 2) return refuse_usage("", "xget cp needs what is copied, and where to");
  Copy copy{own, common, std::move(words.back()), false};
  words.pop_back();
  copy.container = is_container(copy.destination, words.size());
  NamedJobs jobs;
  for (const std::string& source : words) {
    std::error_code unseen;
    if (own.has("recursive") && is_tree(source, copy.destination)) {
      auto whole = tree(copy, source);
      if (!whole) return fail(std::move(whole.error()));
      jobs.trees.push_back(*std::move(whole));
    } else if (is_object_url(copy.destination)) {
      if (std::filesystem::is_directory(source, unseen)) {
        return refuse_usage(shown(source), "it is a folder", "-r copies all that is below it");
      }
      auto spec = upload(copy, source);
      if (!spec) return fail(std::move(spec.error()));
      jobs.uploads.push_back(*std::move(spec));
    } else if (is_url(source) && !is_url(copy.destination)) {
      jobs.downloads.push_back(download_of(copy, source));
    } else {
      return refuse_usage(shown(copy.destination), "neither it nor " + shown(source) + " is a URL",
                          "cp(1) copies files");
    }
  }
  return jobs;
}

}  // namespace

ExitCode copy(const CommandLine& line) { return run_copies(line, jobs_of); }

}  // namespace xget::cli
