#include "cli/host_sections.hpp"

#include <algorithm>
#include <utility>

#include "base/units.hpp"
#include "cli/credentials.hpp"
#include "cli/value_reader.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

Given options_of(const GivenHost& host) {
  Given given;
  given.options = host.options;
  return given;
}

Result<HostOptions> without_secrets(const GivenHost& host) {
  const Given given = options_of(host);
  HostOptions options;
  options.host = host.name;
  ValueReader reader(given);
  reader.read_text(OptionId::UserAgent, options.user_agent);
  reader.read_text(OptionId::Proxy, options.proxy);
  reader.read(OptionId::ProxyAuth, options.proxy_auth, parse_proxy_auth, kWantedProxyAuth);
  reader.read(OptionId::LimitRatePerHost, options.limit_rate_per_host, parse_size, kWantedSize);
  reader.read(OptionId::MaxConnectionsPerHost, options.max_connections_per_host,
              parse_connection_count, kWantedConnections);
  if (reader.error()) return fail(given.named_as_given(*reader.error()));
  if (given.has(OptionId::Netrc)) options.netrc = true;
  if (!host.off.empty()) options.netrc = false;  // no other flag may stand there
  return options;
}

bool is_wanted(const HostOptions& host, const std::vector<JobSpec>* jobs) {
  if (jobs == nullptr) return true;
  const auto holds = [&](const std::string& url) { return holds_for(host, url); };
  return std::any_of(jobs->begin(), jobs->end(), [&](const JobSpec& job) {
    return holds(job.url) || holds(job.checksum_file) ||
           std::any_of(job.mirrors.begin(), job.mirrors.end(), holds);
  });
}

}  // namespace

Result<std::vector<HostOptions>> read_hosts(const Given& given, const std::vector<JobSpec>* jobs,
                                            const SecretInput& input) {
  std::vector<HostOptions> hosts;
  for (const GivenHost& section : given.hosts) {
    auto host = without_secrets(section);
    if (!host) return fail(std::move(host.error()));
    const Given own = options_of(section);
    auto headers = read_headers(own, input);
    if (!headers) return fail(own.named_as_given(headers.error()));
    host->headers = *std::move(headers);
    if (!own.has(OptionId::UserCommand) || is_wanted(*host, jobs)) {
      auto user = read_user(own, input);
      if (!user) return fail(own.named_as_given(user.error()));
      host->user_password = *std::move(user);
    }
    hosts.push_back(*std::move(host));
  }
  return hosts;
}

Result<void> check_hosts(const Given& given) {
  for (const GivenHost& section : given.hosts) {
    if (const auto host = without_secrets(section); !host) return fail(host.error());
  }
  return {};
}

}  // namespace xget::cli
