#include "engine/host_rules.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace xget::engine {
namespace {

constexpr std::string_view kBelow = "*.";

int own_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool goes_before(const HostRule& one, const HostRule& other) {
  if (one.pattern.below != other.pattern.below) return other.pattern.below;
  return one.pattern.host.size() > other.pattern.host.size();
}

bool holds(const std::vector<core::Header>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](const core::Header& header) {
    return equals_ignoring_case(header.name, name);
  });
}

// Of the first rule for whom `matches` says so and that has it.
template <typename Value, typename Matches>
Value first(const std::vector<HostRule>& rules, Value HostRule::*value, Matches matches) {
  for (const HostRule& rule : rules) {
    if (matches(rule.pattern) && rule.*value != Value()) return rule.*value;
  }
  return Value();
}

auto at(const net::Origin& origin) {
  return [&origin](const HostPattern& pattern) { return pattern.matches(origin); };
}

auto at_any_port(std::string_view host) {
  return [host](const HostPattern& pattern) { return pattern.matches_host(host); };
}

}  // namespace

bool HostPattern::matches_host(std::string_view other) const {
  if (!below) return other == host;
  return other.size() > host.size() + 1 && other.ends_with(host) &&
         other[other.size() - host.size() - 1] == '.';
}

bool HostPattern::matches(const net::Origin& origin) const {
  const int wanted = port != 0 ? port : own_port(origin.scheme);
  return origin.port == wanted && matches_host(origin.host);
}

tl::expected<HostPattern, std::string> parse_host_pattern(const std::string& text) {
  HostPattern pattern;
  pattern.below = text.starts_with(kBelow);
  const std::string host = pattern.below ? text.substr(kBelow.size()) : text;
  // A port that is not written is another one for each scheme.
  const auto plain = net::parse_url("http://" + host);
  const auto secure = net::parse_url("https://" + host);
  const bool host_alone = plain && secure && host.find_first_of("/?#@*") == std::string::npos;
  if (!host_alone) {
    return tl::unexpected<std::string>(
        "is no host: example.org, *.example.org or example.org:8080 is one");
  }
  pattern.host = plain->origin.host;
  if (plain->origin.port == secure->origin.port) pattern.port = plain->origin.port;
  return pattern;
}

HostRules::HostRules(std::vector<HostRule> rules) : rules_(std::move(rules)) {
  std::stable_sort(rules_.begin(), rules_.end(), goes_before);
}

std::vector<core::Header> HostRules::headers(const net::Origin& origin) const {
  std::vector<core::Header> all;
  for (const HostRule& rule : rules_) {
    if (!rule.pattern.matches(origin)) continue;
    std::vector<core::Header> more;
    if (!rule.user_agent.empty() && !holds(all, "User-Agent")) {
      more.push_back({"User-Agent", rule.user_agent});
    }
    for (const core::Header& header : rule.headers) {
      if (!holds(all, header.name)) more.push_back(header);
    }
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::string HostRules::user_password(const net::Origin& origin) const {
  return first(rules_, &HostRule::user_password, at(origin));
}

std::string HostRules::proxy(const net::Origin& origin) const {
  return first(rules_, &HostRule::proxy, at(origin));
}

std::optional<ProxyAuth> HostRules::proxy_auth(const net::Origin& origin) const {
  return first(rules_, &HostRule::proxy_auth, at(origin));
}

std::optional<bool> HostRules::netrc(const net::Origin& origin) const {
  return first(rules_, &HostRule::netrc, at(origin));
}

std::optional<std::uint64_t> HostRules::limit_rate(std::string_view host) const {
  return first(rules_, &HostRule::limit_rate, at_any_port(host));
}

std::optional<int> HostRules::max_connections(std::string_view host) const {
  return first(rules_, &HostRule::max_connections, at_any_port(host));
}

}  // namespace xget::engine
