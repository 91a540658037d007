#include "api/check_options.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "api/check_proxy.hpp"
#include "api/check_trust.hpp"
#include "api/host_rules.hpp"
#include "api/option_error.hpp"
#include "net/connect_to.hpp"
#include "net/ip_literal.hpp"
#include "net/local_interface.hpp"
#include "net/name_servers.hpp"

namespace xget::api {
namespace {

constexpr int kMinutesADay = 24 * 60;
constexpr std::size_t kMostRateWindows = 48;

Result<void> check_time(const char* option, Milliseconds time, Milliseconds least) {
  if (time < least)
    return option_error(option, least.count() > 0 ? "must be positive" : "must not be negative");
  if (time > kLongestTime) return option_error(option, "must be at most 3650 days");
  return {};
}

Result<void> check_times(const Options& options) {
  constexpr Milliseconds kNone{0};
  constexpr Milliseconds kSome{1};
  struct Time {
    const char* option;
    Milliseconds time;
    Milliseconds least;
  };
  for (const Time& each : {
           Time{"--connect-timeout", options.connect_timeout, kSome},
           Time{"--stall-timeout", options.stall_timeout, kSome},
           Time{"--retry-wait", options.retry_wait, kNone},
           Time{"--give-up-after", options.give_up_after.value_or(kSome), kSome},
           Time{"--checkpoint-interval", options.checkpoint_interval.time, kNone},
       }) {
    if (auto sound = check_time(each.option, each.time, each.least); !sound) return sound;
  }
  if (options.checkpoint_interval.time == kNone && options.checkpoint_interval.bytes == 0) {
    return option_error("--checkpoint-interval", "needs a time or a number of bytes");
  }
  return {};
}

bool is_sound(const RateWindow& window) {
  const bool in_a_day = window.begin >= 0 && window.begin < kMinutesADay && window.end >= 0 &&
                        window.end <= kMinutesADay;
  return in_a_day && window.begin != window.end;
}

bool has_line_break(const std::string& text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

Result<void> check_interface(const Options& options) {
  if (options.interface.empty()) return {};
  const auto family = net::family_of(options.interface);
  if (family && !net::allows(options.address_family, *family)) {
    return option_error("--interface", net::refusal_of(options.address_family, *family));
  }
  if (auto there = net::check_interface(options.interface); !there) {
    return option_error("--interface", std::move(there.error()));
  }
  return {};
}

}  // namespace

bool is_connection_count(int connections) {
  return connections >= 1 && connections <= kMostConnections;
}

std::string no_connection_count() {
  return "must be from 1 to " + std::to_string(kMostConnections);
}

Result<void> check_options(const Options& options) {
  if (options.connections && !is_connection_count(*options.connections)) {
    return option_error("--connections", no_connection_count());
  }
  if (!is_connection_count(options.max_connections_per_host)) {
    return option_error("--max-connections-per-host", no_connection_count());
  }
  const int jobs = options.max_active_jobs.value_or(1);
  if (jobs < 1 || jobs > kMostActiveJobs) {
    return option_error("--jobs", "must be from 1 to 64");
  }
  if (options.retry && *options.retry < 0) return option_error("--retry", "must not be negative");
  if (auto sound = check_times(options); !sound) return sound;
  const auto& windows = options.limit_rate_windows;
  if (windows.size() > kMostRateWindows)
    return option_error("--limit-rate", "has more than 48 times");
  if (!std::all_of(windows.begin(), windows.end(), is_sound)) {
    return option_error("--limit-rate", "has a time that is not within a day");
  }
  for (const std::string& rule : options.connect_to) {
    if (auto sound = net::parse_connect_to(rule); !sound) {
      return option_error("--connect-to", std::move(sound.error()));
    }
  }
  if (auto sound = net::name_server_list(options.dns_servers); !sound) {
    return option_error("--dns-servers", std::move(sound.error()));
  }
  if (auto sound = check_interface(options); !sound) return sound;
  if (has_line_break(options.user_agent))
    return option_error("--user-agent", "has a line break in it");
  if (auto sound = check_proxy(options.proxy, "--proxy"); !sound) return sound;
  if (auto sound = host_rules(options); !sound) return fail(std::move(sound.error()));
  return check_trust(options);
}

}  // namespace xget::api
