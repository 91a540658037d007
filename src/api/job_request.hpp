// JobRequest: a JobSpec that was checked, ready to become a Job on the loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/advice.hpp"
#include "engine/http_source.hpp"
#include "engine/job.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

struct JobRequest {
  engine::JobSettings settings;
  engine::HttpSourceSettings source;
  bool to_standard_output = false;
  std::optional<int> connections;  // nullopt: found while it runs
  int max_connections_per_host = 64;
  std::vector<std::string> refresh_command;  // empty: none
  AskedWith asked_with;
};

// The lowest rate limit that may come into force; 0: none does.
std::uint64_t lowest_rate(const Options& options);

// Checks everything that can be checked without a request. Fails with Usage. `netrc` may be null.
Result<JobRequest> prepare(const JobSpec& spec, const Options& options,
                           std::shared_ptr<const formats::Netrc> netrc = nullptr);

// The ports a job runs on, as prepare()'s result needs them.
struct RequestPorts {
  engine::JobPorts job;
  core::Worker& stream_writer;  // whoever reads standard output may hold it up
  core::Worker& commands;       // waits for them to end
  core::Transport& transport;
  core::Resolver& resolver;
};
Result<std::unique_ptr<engine::Job>> make_job(const JobRequest& request, RequestPorts ports,
                                              engine::Job::Tell tell);

}  // namespace xget::api
