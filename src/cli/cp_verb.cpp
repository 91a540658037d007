#include "cli/cp_verb.hpp"

#include <filesystem>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/download.hpp"
#include "cli/event_text.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"
#include "cli/verb_table.hpp"
#include "cli/verb_words.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

bool is_url(const std::string& word) { return word.find("://") != std::string::npos; }

std::string shown(const std::string& word) { return hide_url_secrets(printable(word)).text; }

// "s3://bucket" and "s3://bucket/" are the bucket itself.
bool names_bucket(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos || slash + 1 == url.size();
}

// Whether what is copied goes into it, under its own name.
bool is_container(const std::string& destination, std::size_t sources) {
  if (sources > 1 || destination.ends_with('/')) return true;
  if (is_object_url(destination)) return names_bucket(destination);
  std::error_code unseen;
  return std::filesystem::is_directory(destination, unseen);
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

Result<UploadSpec> upload_settings(const VerbWords& own) {
  UploadSpec spec;
  const auto take = [&](const char* name, std::string& into) {
    const auto given = own.options.find(name);
    if (given != own.options.end()) into = given->second;
  };
  take("content-type", spec.content_type);
  take("storage-class", spec.storage_class);
  take("acl", spec.acl);
  take("cache-control", spec.cache_control);
  std::string part_size;
  take("part-size", part_size);
  if (!part_size.empty()) {
    spec.part_size = parse_size(part_size);
    if (!spec.part_size) return refuse_usage("--part-size", "needs a size, like 16M");
  }
  for (const auto& [name, value] : own.all) {
    if (name != "metadata") continue;
    const auto equals = value.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return refuse_usage("--metadata", "needs KEY=VALUE");
    }
    spec.metadata.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  spec.keep_existing = own.has("no-clobber");
  return spec;
}

Result<UploadSpec> upload(const Copy& copy, const std::string& source) {
  auto spec = upload_settings(copy.own);
  if (!spec) return spec;
  if (is_url(source)) {
    spec->from = copy.common;
    spec->from->url = source;
  } else {
    spec->file = source;
  }
  spec->url = copy.destination;
  spec->on_change = copy.common.on_change;
  spec->dry_run = copy.common.dry_run;
  if (!copy.container) return spec;
  if (!spec->url.ends_with('/')) spec->url += '/';
  const std::string name = last_component(source);
  if (name.empty()) return refuse_usage(printable(source), "it is a folder");
  spec->url += name;
  return spec;
}

Result<FolderUploadSpec> folder_upload(const Copy& copy, const std::string& source) {
  auto common = upload_settings(copy.own);
  if (!common) return fail(std::move(common.error()));
  FolderUploadSpec spec{.folder = source,
                        .url = copy.destination,
                        .common = *std::move(common),
                        .rules = {},
                        .follow_links = copy.own.has("follow-symlinks")};
  spec.common.on_change = copy.common.on_change;
  spec.common.dry_run = copy.common.dry_run;
  if (!spec.url.ends_with('/')) spec.url += '/';
  for (const auto& [name, value] : copy.own.all) {
    if (name == "include" || name == "exclude") spec.rules.push_back({name == "include", value});
  }
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
    if (is_object_url(copy.destination) && own.has("recursive") &&
        std::filesystem::is_directory(source, unseen)) {
      auto folder = folder_upload(copy, source);
      if (!folder) return fail(std::move(folder.error()));
      jobs.folders.push_back(*std::move(folder));
    } else if (is_object_url(copy.destination) && (!is_url(source) || is_object_url(source))) {
      if (std::filesystem::is_directory(source, unseen)) {
        return refuse_usage(shown(source), "it is a folder", "-r copies all that is below it");
      }
      auto spec = upload(copy, source);
      if (!spec) return fail(std::move(spec.error()));
      jobs.uploads.push_back(*std::move(spec));
    } else if (is_url(source) && !is_url(copy.destination)) {
      jobs.downloads.push_back(download_of(copy, source));
    } else if (is_url(source)) {
      return refuse_usage(shown(source), "from a web server to a store is not built yet",
                          "copy it to a file first");
    } else {
      return refuse_usage(shown(copy.destination), "neither it nor " + shown(source) + " is a URL",
                          "cp(1) copies files");
    }
  }
  return jobs;
}

}  // namespace

ExitCode copy(const CommandLine& line) {
  auto own = take_own_options(*verb_named(line.verb), std::span(line.words).subspan(1));
  if (!own) return report_failure(own.error());
  auto given = take_words(own->operands, line.argv);
  if (!given) return report_failure(given.error());
  auto command =
      prepare_command(*std::move(given), [&](const Given& laid_over, const JobSpec& common) {
        return jobs_of(*own, laid_over.urls, common);
      });
  if (!command) return report_failure(command.error());
  warn_of_insecurity(command->arguments.options);
  return run_jobs(line, command->given, std::move(command->arguments));
}

}  // namespace xget::cli
