#include "api/host_rules.hpp"

#include <utility>
#include <vector>

#include "api/check_options.hpp"
#include "api/check_proxy.hpp"
#include "api/option_error.hpp"
#include "base/header_line.hpp"
#include "base/text.hpp"

namespace xget::api {
namespace {

std::string subject_of(const HostOptions& host, const char* option) {
  return "host.\"" + printable(host.host) + "\": " + option;
}

Result<std::vector<core::Header>> headers_of(const HostOptions& host) {
  std::vector<core::Header> headers;
  for (const std::string& line : host.headers) {
    auto header = parse_header_line(line);
    if (!header) return option_error(subject_of(host, "header"), std::move(header.error()));
    if (equals_ignoring_case(header->name, "Authorization") && !host.user_password.empty()) {
      return option_error(subject_of(host, "user"),
                          "contradicts the Authorization that header sends");
    }
    headers.push_back({std::move(header->name), std::move(header->value)});
  }
  return headers;
}

Result<engine::HostRule> rule_of(const HostOptions& host) {
  engine::HostRule rule;
  auto pattern = engine::parse_host_pattern(host.host);
  if (!pattern) {
    return option_error("host.\"" + printable(host.host) + "\"", std::move(pattern.error()));
  }
  auto headers = headers_of(host);
  if (!headers) return fail(std::move(headers.error()));
  if (const auto agent = parse_header_line("User-Agent: " + host.user_agent); !agent) {
    return option_error(subject_of(host, "user-agent"), agent.error());
  }
  if (auto sound = check_proxy(host.proxy, subject_of(host, "proxy")); !sound) {
    return fail(std::move(sound.error()));
  }
  if (!is_connection_count(host.max_connections_per_host.value_or(1))) {
    return option_error(subject_of(host, "max-connections-per-host"), no_connection_count());
  }
  rule.pattern = *std::move(pattern);
  rule.headers = *std::move(headers);
  rule.user_password = host.user_password;
  rule.user_agent = host.user_agent;
  rule.proxy = host.proxy;
  rule.proxy_auth = host.proxy_auth;
  rule.netrc = host.netrc;
  rule.limit_rate = host.limit_rate_per_host;
  rule.max_connections = host.max_connections_per_host;
  return rule;
}

}  // namespace

Result<std::shared_ptr<const engine::HostRules>> host_rules(const Options& options) {
  if (options.hosts.empty()) return nullptr;
  std::vector<engine::HostRule> rules;
  for (const HostOptions& host : options.hosts) {
    auto rule = rule_of(host);
    if (!rule) return fail(std::move(rule.error()));
    rules.push_back(*std::move(rule));
  }
  return std::make_shared<const engine::HostRules>(std::move(rules));
}

}  // namespace xget::api
