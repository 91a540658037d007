// What requests to certain hosts get, wherever the request comes from: a URL, a redirect, a mirror.
// A rule is the host's, as a netrc's entry is: what it holds goes to no other one.
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/ports.hpp"
#include "net/url.hpp"

namespace xget::engine {

struct HostPattern {
  std::string host;    // as net::Origin has it
  bool below = false;  // what is below the host, and not the host itself
  int port = 0;        // 0: the scheme's own

  [[nodiscard]] bool matches_host(std::string_view other) const;
  [[nodiscard]] bool matches(const net::Origin& origin) const;
};

// "example.org", "*.example.org", either with ":8080" behind. Fails with what it is not.
tl::expected<HostPattern, std::string> parse_host_pattern(const std::string& text);

struct HostRule {
  HostPattern pattern;
  std::vector<core::Header> headers;
  std::string user_password;  // empty: none
  std::string user_agent;     // empty: no other one than elsewhere
  std::string proxy;          // empty: no other one than elsewhere
  std::optional<ProxyAuth> proxy_auth;
  std::optional<bool> netrc;
  std::optional<std::uint64_t> limit_rate;  // bytes per second; 0: no limit
  std::optional<int> max_connections;
};

// Of several rules for one host the one for the host itself goes before those for what is below
// another, of these the longer one, and of equals the first; each says what those before it leave
// open. Headers of all of them are sent, of one name those of the first.
class HostRules {
 public:
  HostRules() = default;
  explicit HostRules(std::vector<HostRule> rules);

  [[nodiscard]] bool empty() const { return rules_.empty(); }
  [[nodiscard]] std::vector<core::Header> headers(const net::Origin& origin) const;
  [[nodiscard]] std::string user_password(const net::Origin& origin) const;
  [[nodiscard]] std::string proxy(const net::Origin& origin) const;
  [[nodiscard]] std::optional<ProxyAuth> proxy_auth(const net::Origin& origin) const;
  [[nodiscard]] std::optional<bool> netrc(const net::Origin& origin) const;
  // What does not depend on who is told it holds at all ports.
  [[nodiscard]] std::optional<std::uint64_t> limit_rate(std::string_view host) const;
  [[nodiscard]] std::optional<int> max_connections(std::string_view host) const;

 private:
  std::vector<HostRule> rules_;  // what goes first stands first
};

}  // namespace xget::engine
