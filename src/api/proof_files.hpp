// The files that a user names to prove a download by: the digests of its pieces (a torrent, a
// Metalink) and lists of checksums. Which of their entries is the download's is found by its name.
#pragma once

#include "engine/job_context.hpp"
#include "net/url.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// Reads JobSpec::pieces and JobSpec::checksum_file, where given, and puts what they say of `url`
// into the settings. A digest that stands there goes before theirs. Blocks. Fails with Usage;
// Error::subject is the option as the command calls it.
Result<void> take_proof_files(const JobSpec& spec, const net::Url& url,
                              engine::JobSettings& settings);

}  // namespace xget::api
