// The files that a user names to prove a download by: the digests of its pieces (a torrent, a
// Metalink) and lists of checksums. Which of their entries is the download's is found by its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/job_request.hpp"
#include "engine/document.hpp"
#include "engine/job_context.hpp"
#include "net/url.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// Whether a JobSpec::checksum_file is a URL.
bool is_fetched(const std::string& checksum_file);

// What the download of `url` may be called in such a file, the best first: never empty.
std::vector<std::string> names_in_proof_files(const JobSpec& spec, const net::Url& url);

// Reads JobSpec::pieces and a local JobSpec::checksum_file, where given, and puts what they say of
// the file of these names, the best first, into the settings. A digest that stands there goes
// before theirs. The URLs under which they have the file too are given back, as they stand there.
// Blocks. Fails with Usage; Error::subject is the option as the command calls it.
Result<std::vector<std::string>> take_proof_files(const JobSpec& spec,
                                                  const std::vector<std::string>& names,
                                                  engine::JobSettings& settings);

// How a list of checksums is fetched; and what it says, put into the request, whose list is settled
// then. Fails with Usage.
engine::DocumentSettings checksum_document(const Options& options);
Result<void> take_fetched_checksums(std::string_view text, JobRequest& request);

}  // namespace xget::api
