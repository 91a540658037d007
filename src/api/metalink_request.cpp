#include "api/metalink_request.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "api/document_settings.hpp"
#include "api/listed_mirrors.hpp"
#include "api/option_error.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"
#include "core/named_bytes.hpp"
#include "formats/file_name.hpp"
#include "formats/metalink.hpp"
#include "formats/mirror.hpp"

namespace xget::api {
namespace {

tl::unexpected<Error> refuse(std::string subject, std::string cause, std::string remedy = "") {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the Metalink",
               .subject = std::move(subject),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

// ---- what is asked of it as a whole ---------------------------------------------------------

tl::unexpected<Error> refuse_document(const MetalinkRequest& request, const Error& why) {
  const std::string place = why.subject.empty() ? "" : ", " + why.subject;
  const bool detected = !request.local && request.spec.metalink == MetalinkUse::Detect;
  return refuse(request.name + place, why.cause,
                detected ? "--no-metalink downloads it as a file like any other" : "");
}

// What names one file cannot be used with several.
Result<void> check_count(const MetalinkRequest& request, std::size_t files) {
  if (files == 1) return {};
  const auto one_too_few = [&](const char* option, std::string remedy) {
    return option_error(
        option, "it is for one file, and " + request.name + " describes " + std::to_string(files),
        std::move(remedy));
  };
  if (!request.spec.output.empty()) {
    return one_too_few("--output", "-d DIR names the folder for all of them");
  }
  if (!request.spec.checksum.empty()) {
    return one_too_few("--checksum", "leave it out: the Metalink may have their digests");
  }
  return {};
}

std::optional<std::string> file_name_for(const formats::MetalinkFile& file, const JobSpec& asked) {
  return asked.output.empty() ? formats::safe_server_file_name(file.name) : asked.output;
}

Result<void> check_names(const MetalinkRequest& request, const formats::Metalink& metalink) {
  std::set<std::string> names;
  for (const formats::MetalinkFile& file : metalink.files) {
    const auto name = file_name_for(file, request.spec);
    if (!name || names.insert(*name).second) continue;
    return refuse(request.name, "two of its files would have the name " + printable(*name),
                  "download each by a URL of its own, with its own -o");
  }
  return {};
}

// ---- one file -------------------------------------------------------------------------------

// Those at the wanted place first.
std::vector<std::string> listed_urls(const formats::MetalinkFile& file, const JobSpec& asked) {
  std::vector<formats::MetalinkUrl> urls = file.urls;
  formats::put_first(urls, formats::country_of(asked.location));
  std::vector<std::string> listed;
  listed.reserve(urls.size());
  for (formats::MetalinkUrl& url : urls) listed.push_back(std::move(url.url));
  return listed;
}

// What the user says goes before what the Metalink says.
bool names_digest(const JobSpec& spec) {
  return !spec.checksum.empty() || !spec.checksum_file.empty();
}

// `urls` has at least one.
JobSpec spec_of(const formats::MetalinkFile& file, const MetalinkRequest& request, std::string name,
                std::vector<std::string> urls) {
  JobSpec spec = request.spec;
  spec.metalink = MetalinkUse::Never;
  spec.server_mirrors = false;
  spec.url = std::move(urls.front());
  urls.erase(urls.begin());
  spec.mirrors = std::move(urls);
  spec.output = std::move(name);
  spec.content_disposition = false;
  spec.user_password = request.local ? spec.user_password : request.source.user_password;
  spec.size = file.size;
  if (!names_digest(spec) && !file.digests.empty()) {
    const ExpectedDigest& strongest = file.digests.front();
    spec.checksum = to_string(strongest);
  }
  return spec;
}

// What is written to a stream cannot be fetched again: the whole's digest has to do.
void add_proofs(const MetalinkRequest& request, std::optional<core::PublishedPieces> pieces,
                JobRequest& job) {
  if (job.settings.digest && !names_digest(request.spec)) job.settings.digest_by = request.name;
  if (!pieces || job.settings.pieces || job.to_standard_output) return;
  job.settings.pieces = std::move(pieces);
  job.settings.pieces->resource_size = job.settings.size;
  job.settings.pieces_by = request.name;
}

// By what is known before anything is fetched.
bool resists_forgery(const engine::JobSettings& settings) {
  return core::resists_forgery(settings.digest, settings.pieces, settings.size);
}

Result<JobRequest> request_for(const formats::MetalinkFile& file, const MetalinkRequest& request,
                               const Options& options,
                               const std::shared_ptr<const formats::Netrc>& netrc) {
  const std::string subject = request.name + ": " + printable(file.name);
  const auto name = file_name_for(file, request.spec);
  if (!name)
    return refuse(subject, "there is no usable file name in it", "-o FILE names one alone");
  const auto job_from = [&](std::vector<std::string> urls) {
    auto job = prepare(spec_of(file, request, *name, std::move(urls)), options,
                       {.netrc = netrc, .stores = nullptr}, request.source.url.origin);
    if (job) add_proofs(request, file.pieces, *job);
    return job;
  };
  const auto listed = listed_urls(file, request.spec);
  const auto urls = usable_urls(listed, true);
  if (urls.empty()) return refuse(subject, "it has no http or https URL that can be used");
  auto job = job_from(urls);
  if (!job || may_go_over_plain_http(request.source.url, resists_forgery(job->settings), options)) {
    return job;
  }
  const auto safe = usable_urls(listed, false);
  if (safe.empty()) {
    return refuse(subject, "no digest in it resists forgery, and it has no https URL",
                  "--allow-downgrade takes its http URLs as they are");
  }
  return safe == urls ? job : job_from(safe);
}

}  // namespace

bool is_local_metalink(const JobSpec& spec) {
  if (spec.metalink == MetalinkUse::Always) return spec.url.find("://") == std::string::npos;
  std::error_code unseen;
  return std::filesystem::is_regular_file(spec.url, unseen);
}

Result<MetalinkRequest> prepare_metalink(const JobSpec& spec, const Options& options,
                                         std::shared_ptr<const formats::Netrc> netrc) {
  if (auto sound = check_location(spec); !sound) return fail(std::move(sound.error()));
  if (!spec.mirrors.empty()) {
    return option_error("--mirror",
                        net::without_secrets(spec.url) + " is a Metalink, and names its own");
  }
  if (!spec.etag_file.empty()) {
    return option_error("--etag", net::without_secrets(spec.url) +
                                      " is a Metalink: what it describes is known by its digests");
  }
  MetalinkRequest request{.spec = spec, .local = is_local_metalink(spec)};
  if (request.local) {
    request.name = printable(spec.url);
    return request;
  }
  const auto url = net::parse_url(spec.url);
  if (!url) return fail(url.error());
  auto source = source_of(spec, options, *url, std::move(netrc));
  if (!source) return fail(std::move(source.error()));
  request.name = net::without_secrets(url->text);
  request.source = *std::move(source);
  return request;
}

engine::DocumentSettings metalink_document(const Options& options) {
  return document_settings("Metalink", formats::kLargestMetalink, options);
}

Result<std::string> read_metalink(const MetalinkRequest& request) {
  auto file = read_whole_file(request.spec.url, formats::kLargestMetalink);
  if (!file) {
    return refuse(request.name, "cannot be read: " + file.error(),
                  "a URL begins with https:// or http://");
  }
  return std::move(file->text);
}

Result<std::vector<DescribedJob>> described_jobs(
    std::string_view document, const MetalinkRequest& request, const Options& options,
    const std::shared_ptr<const formats::Netrc>& netrc) {
  auto metalink = formats::parse_metalink(document);
  if (!metalink) return refuse_document(request, metalink.error());
  if (auto sound = check_count(request, metalink->files.size()); !sound) {
    return fail(std::move(sound.error()));
  }
  if (auto sound = check_names(request, *metalink); !sound) return fail(std::move(sound.error()));
  std::vector<DescribedJob> jobs;
  jobs.reserve(metalink->files.size());
  for (const formats::MetalinkFile& file : metalink->files) {
    auto job = request_for(file, request, options, netrc);
    std::string path = job ? job->settings.path : printable(file.name);
    jobs.push_back({std::move(path), std::move(job)});
  }
  return jobs;
}

}  // namespace xget::api
