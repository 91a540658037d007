// ProxyLogins: by which of libcurl's methods a request logs in at its HTTP proxy.
//
// Where the user leaves that open, a proxy is asked once: the first request goes without a login,
// is refused (407), and libcurl sends it again by the best method that the proxy offers and that
// there is something for. What was offered is remembered, and later requests log in at once. So no
// password goes to a proxy that wants none, none in clear to one that knows better, and the many
// who use Basic pay for that once a run, not once a range. Whoever reads
// along can pretend that the proxy knows Basic alone, as with any client that takes it: a proxy
// over TLS, or a fixed method, is for those who must not lose the password.
//
// Digest is asked for by each request all the same, since libcurl keeps the proxy's nonce with a
// request. NTLM and Negotiate log a connection in, which libcurl gives to no other login.
//
// A login is for Digest, NTLM and Basic, its absence for Negotiate, which takes the user's Kerberos
// ticket. Never all of them: of what is offered libcurl takes Negotiate first, and has no second
// choice where there is no ticket. Asking Kerberos may block the loop for as long as its servers
// take; so that is done only for a proxy that wants it.
//
// Thread: loop.
#pragma once

#include <string>
#include <unordered_map>

#include "core/ports.hpp"

namespace xget::net {

// A set of libcurl's CURLAUTH_ bits.
using AuthMethods = unsigned long;

class ProxyLogins {
 public:
  // What the request may log in by. One alone is used unasked. None: it has no HTTP proxy, or
  // nothing to log in with.
  [[nodiscard]] AuthMethods methods_for(const core::HttpRequest& request) const;

  // The proxy let a request through, after it had asked for one of these.
  void accepted(const std::string& proxy, AuthMethods offered);
  // It let none through: what was known of it holds no more.
  void refused(const std::string& proxy);

 private:
  std::unordered_map<std::string, AuthMethods> offered_;  // by the proxy's URL
};

// "Digest or NTLM"; empty: of none that has a name here.
std::string names_of(AuthMethods methods);

}  // namespace xget::net
