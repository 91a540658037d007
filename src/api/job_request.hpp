// JobRequest: a JobSpec that was checked, ready to become a Job on the loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/advice.hpp"
#include "api/object_stores.hpp"
#include "core/connection_budget.hpp"
#include "engine/document.hpp"
#include "engine/http_source.hpp"
#include "engine/job.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// A list of checksums that must be fetched before the job can begin.
struct ChecksumListUrl {
  engine::HttpSourceSettings source;
  std::string name;                 // the URL, for messages: printable, without secrets
  std::vector<std::string> called;  // what the job's file may be called in it, the best first
};

// Who asks, as far as files and the environment say.
struct Logins {
  std::shared_ptr<const formats::Netrc> netrc;  // may be null
  std::shared_ptr<ObjectStores> stores;         // null: as the options say, read anew
};

// Where a resource is asked for.
struct SourceRequest : engine::HttpSourceSettings {
  std::optional<ObjectRequest> object;  // it is one of a store
};

struct JobRequest {
  engine::JobSettings settings;
  SourceRequest source;
  std::vector<SourceRequest> mirrors;  // further ones of the same resource
  bool to_standard_output = false;
  bool server_mirrors = false;     // those that the server names are used
  std::optional<int> connections;  // nullopt: found while it runs
  int max_connections_per_host = 64;
  std::vector<std::string> refresh_command;  // empty: none
  std::string etag_file;                     // where the version's ETag goes; empty: nowhere
  engine::DocumentSettings description;  // how a Metalink is fetched that describes the resource
  AskedWith asked_with;
  std::optional<ChecksumListUrl> checksum_list;
};

// The lowest rate limit that may come into force; 0: none does.
std::uint64_t lowest_rate(const Options& options);

// How often and how long to try.
core::RetryLimits retry_limits(const Options& options);

// By which proxies, under which rules and by which host sections requests go. Fails with Usage.
Result<void> add_way(const Options& options, engine::HttpSourceSettings& source);

// Where `url` is fetched from, with what the spec gives for it. Fails with Usage. `netrc` may be
// null.
Result<engine::HttpSourceSettings> source_of(const JobSpec& spec, const Options& options,
                                             const net::Url& url,
                                             std::shared_ptr<const formats::Netrc> netrc);

// The same of what was found to be of the web, or an object.
Result<SourceRequest> prepare_source(const JobSpec& spec, const Options& options, NamedUrl named,
                                     std::shared_ptr<const formats::Netrc> netrc);

struct SourcePorts {
  core::Transport& transport;
  core::Resolver& resolver;
  core::Clock& clock;
  ObjectStores& stores;
};
// Thread: loop. The ports must outlive what it makes.
std::unique_ptr<core::Source> make_source(SourceRequest request, SourcePorts ports);

Result<void> check_location(const JobSpec& spec);

// Checks everything that can be checked without a request. Fails with Usage. `given_for`: as in
// HttpSourceSettings.
Result<JobRequest> prepare(const JobSpec& spec, const Options& options, Logins logins = {},
                           std::optional<net::Origin> given_for = std::nullopt);

// The ports a job runs on, as prepare()'s result needs them.
struct RequestPorts {
  engine::JobPorts job;
  core::ConnectionBudget& connections;
  bool others_run;              // whose requests to the same server can share a connection
  core::Worker& stream_writer;  // whoever reads standard output may hold it up
  core::Worker& commands;       // waits for them to end
  core::Transport& transport;
  core::Resolver& resolver;
  ObjectStores& stores;
};

// `give_way`: as in JobParts.
Result<std::unique_ptr<engine::Job>> make_job(const JobRequest& request, RequestPorts ports,
                                              engine::Job::Tell tell,
                                              std::function<void()> give_way);

}  // namespace xget::api
