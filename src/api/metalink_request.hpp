// MetalinkRequest: a JobSpec that names a Metalink, checked; and the jobs that its files become.
// Thread: any; pure but for the proxy's environment and a look at each target.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/job_request.hpp"
#include "engine/document.hpp"
#include "engine/http_source.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

struct MetalinkRequest {
  JobSpec spec;
  std::string name;  // the path or the URL, for messages: printable, without secrets
  bool local = false;
  engine::HttpSourceSettings source;  // where it is fetched from; of a local one nothing but {}
};

// One of a Metalink's files.
struct DescribedJob {
  std::string path;            // where it goes, as far as it could be found out
  Result<JobRequest> request;  // or why it cannot be downloaded
};

// Of a job that is a Metalink: whether its URL is a path. Of any other: whether a file is there.
bool is_local_metalink(const JobSpec& spec);

// Fails with Usage. `netrc` may be null.
Result<MetalinkRequest> prepare_metalink(const JobSpec& spec, const Options& options,
                                         std::shared_ptr<const formats::Netrc> netrc);

engine::DocumentSettings metalink_document(const Options& options);

// Of a local one. Blocks. Fails with Usage.
Result<std::string> read_metalink(const MetalinkRequest& request);

// The document's files in its order. Fails with Usage, as a whole, if it is no Metalink, or if what
// was asked for cannot be done with so many files; one file that cannot be downloaded fails alone.
Result<std::vector<DescribedJob>> described_jobs(
    std::string_view document, const MetalinkRequest& request, const Options& options,
    const std::shared_ptr<const formats::Netrc>& netrc);

}  // namespace xget::api
