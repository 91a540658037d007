#include "cli/job_list.hpp"

#include <array>
#include <filesystem>
#include <map>

#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

// A value for each URL, or none at all.
Result<void> check_pairs(const Given& given, OptionId id, std::size_t urls) {
  const std::size_t values = given.count(id);
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

Result<void> check_standard_output(const std::vector<JobSpec>& jobs) {
  for (const JobSpec& job : jobs) {
    if (job.output == "-" && jobs.size() > 1) {
      return refuse_usage("--output -", "standard output takes one URL alone");
    }
  }
  return {};
}

// Which job uses which names: its file's, and those that stand beside it while it is incomplete.
class NamesInUse {
 public:
  // The job that is in the way of another one with this target, or nullptr. `job` must outlive
  // this.
  const JobSpec* claim(const std::string& target, const JobSpec& job) {
    const JobSpec* other = find(beside_, target);
    for (const char* suffix : kSuffixes) {
      if (other == nullptr) other = find(targets_, target + suffix);
      beside_.emplace(target + suffix, &job);
    }
    targets_.emplace(target, &job);
    return other;
  }

 private:
  using Owners = std::map<std::string, const JobSpec*>;
  static constexpr std::array kSuffixes{"", ".partial", ".partial.json", ".partial.old"};

  static const JobSpec* find(const Owners& owners, const std::string& name) {
    const auto found = owners.find(name);
    return found == owners.end() ? nullptr : found->second;
  }

  Owners targets_;
  Owners beside_;  // with the targets themselves
};

Result<void> check_names(const std::vector<JobSpec>& jobs) {
  NamesInUse names;
  for (const JobSpec& job : jobs) {
    if (is_metalink(job)) continue;  // the names are its to give
    const auto path = target_path(job);
    if (!path) return fail(path.error());
    if (job.content_disposition) continue;  // the names are the servers' to give
    const std::string target = std::filesystem::path(*path).lexically_normal().string();
    if (const JobSpec* other = names.claim(target, job)) {
      return refuse_usage(
          hide_url_secrets(job.url).text,
          "needs a name that " + hide_url_secrets(other->url).text + " uses: " + target,
          "name each file with its own -o FILE, in the order of the URLs");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<JobSpec>> list_jobs(const Given& given, const JobSpec& common) {
  std::vector<JobSpec> jobs = jobs_in_order(given, common);
  if (jobs.empty()) return refuse_usage("", "no URL was given", "xget --help tells more");
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
  if (auto sound = check_standard_output(jobs); !sound) return fail(sound.error());
  if (auto sound = check_names(jobs); !sound) return fail(sound.error());
  return jobs;
}

}  // namespace xget::cli
