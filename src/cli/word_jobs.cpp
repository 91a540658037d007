#include "cli/word_jobs.hpp"

#include <filesystem>
#include <system_error>

#include "base/text.hpp"
#include "cli/url_word.hpp"
#include "cli/usage_error.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

Result<void> check_url_words(const Given& given) {
  const bool named = given.has(OptionId::Output) || given.has(OptionId::ContentDisposition);
  for (const std::string& word : given.urls) {
    if (auto sound = check_url_word(word, named); !sound) return sound;
  }
  return {};
}

// A value for each URL, or none at all.
Result<void> check_pairs(const Given& given, OptionId id, std::size_t urls) {
  const std::size_t values = given.count(id);
  if (values > 0 && urls == 0) {
    return refuse_usage(row_of(id).longest(), "given for the files of a list",
                        "the list says it of each: out=NAME, checksum=ALGO=HEX");
  }
  if (values == 0 || values == urls) return {};
  return refuse_usage(row_of(id).longest(),
                      std::to_string(values) + " given for " + std::to_string(urls) +
                          (urls == 1 ? " URL" : " URLs"),
                      "give it once for each URL, in their order");
}

std::vector<JobSpec> jobs_in_order(const Given& given, const JobSpec& common) {
  std::vector<JobSpec> jobs;
  for (const std::string& url : given.urls) {
    jobs.push_back(common);
    jobs.back().url = url;
  }
  for (const std::string& metalink : given.all(OptionId::Metalink)) {
    jobs.push_back(common);
    jobs.back().url = metalink;
    jobs.back().metalink = MetalinkUse::Always;
  }
  return jobs;
}

Result<void> check_mirrors(const Given& given) {
  if (!given.has(OptionId::Mirror)) return {};
  if (given.urls.size() == 1 && !given.has(OptionId::Metalink)) return {};
  return refuse_usage("--mirror", "given with " + std::to_string(given.urls.size()) + " URLs",
                      "it names mirrors of one file: give one URL");
}

Result<void> check_standard_output(const std::vector<JobSpec>& jobs, bool listed) {
  for (const JobSpec& job : jobs) {
    if (job.output == "-" && (jobs.size() > 1 || listed)) {
      return refuse_usage("--output -", "standard output takes one URL alone");
    }
  }
  return {};
}

// What options write to, besides the jobs.
std::vector<WrittenFile> written_files(const Given& given) {
  std::vector<WrittenFile> files;
  for (const OptionId id :
       {OptionId::CookieJar, OptionId::LogFile, OptionId::Trace, OptionId::Report,
        OptionId::FailedFile, OptionId::SessionFile, OptionId::Etag}) {
    if (const std::string* path = given.last(id)) files.push_back({*path, row_of(id).longest()});
  }
  return files;
}

// By whatever names they are called. A list that is read would be written to, or replaced.
Result<void> check_list_is_read_alone(const Given& given) {
  const std::string* list = given.last(OptionId::InputFile);
  if (list == nullptr) return {};
  const std::string path = *list == "-" ? "/dev/stdin" : *list;
  for (const WrittenFile& file : written_files(given)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return {};
    if (!std::filesystem::equivalent(path, file.path, error) || error) continue;
    return refuse_usage(file.called, printable(file.path) + " is the list that is read",
                        "give it another name");
  }
  return {};
}

}  // namespace

Result<std::vector<JobSpec>> jobs_of_words(const Given& given, const JobSpec& common) {
  std::vector<JobSpec> jobs = jobs_in_order(given, common);
  const bool listed = given.has(OptionId::InputFile) || given.has(OptionId::SessionFile);
  if (jobs.empty() && !listed) {
    return refuse_usage("", "no URL was given", "xget --help tells more");
  }
  if (auto sound = check_url_words(given); !sound) return fail(sound.error());
  for (const OptionId id : {OptionId::Output, OptionId::Checksum}) {
    if (auto paired = check_pairs(given, id, jobs.size()); !paired) return fail(paired.error());
  }
  if (auto sound = check_mirrors(given); !sound) return fail(sound.error());
  const std::vector<std::string> outputs = given.all(OptionId::Output);
  const std::vector<std::string> checksums = given.all(OptionId::Checksum);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].mirrors = given.all(OptionId::Mirror);
    if (!outputs.empty()) jobs[i].output = outputs[i];
    if (!checksums.empty()) jobs[i].checksum = checksums[i];
  }
  if (auto sound = check_standard_output(jobs, listed); !sound) return fail(sound.error());
  if (auto sound = check_list_is_read_alone(given); !sound) return fail(sound.error());
  if (auto sound = check_targets(jobs, written_files(given)); !sound) return fail(sound.error());
  return jobs;
}

}  // namespace xget::cli
