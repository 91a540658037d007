// Whether a URL's host can be reached: its name, its addresses, and a connection to each of them.
//
// Threads: any function from any thread; it waits for the network, no longer than
// Options::connect_timeout for the name and that and Options::stall_timeout for the addresses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget {

// One address, asked for the resource's first byte over a connection of its own.
struct AddressCheck {
  std::string address;  // an IP; empty: wherever a proxy or Options::connect_to leads
  std::optional<Milliseconds> connected;  // TCP and TLS took so long; nullopt: no answer came
  std::string tls;                        // "TLSv1.3"; empty: none, or not known
  long status = 0;                        // of the HTTP answer, whatever it says; 0: none came
  std::string problem;                    // why none came; empty: one did
};

inline constexpr std::size_t kMostAddressChecks = 16;

// Texts are printable and without secrets.
struct HostCheck {
  std::string host;
  std::string url;                     // normalised
  std::string proxy;                   // in use for it; empty: none
  bool tls = false;                    // the URL is https
  bool rule = false;                   // Options::connect_to says where to connect
  std::optional<Milliseconds> lookup;  // finding the name's addresses took so long
  std::string lookup_problem;          // why there are none; empty: there are, or nobody looked
  std::vector<std::string> found;      // behind a proxy or with a rule: none
  std::vector<AddressCheck> checks;    // of the first kMostAddressChecks of them, at a time
};

// `spec` and `options` as for a Session: proxies, rules, certificates and logins are those of a
// download. Redirects are not followed. Fails with Usage.
Result<HostCheck> check_host(const JobSpec& spec, const Options& options);

}  // namespace xget
