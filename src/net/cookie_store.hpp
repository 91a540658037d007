// CookieStore: the cookies of all requests (RFC 6265), kept by libcurl's engine with the public
// suffix list. For net/ alone: this header brings curl.h.
//
// Which cookie a server may set and which one goes along with a request (host, domain, path,
// secure, expiry) is libcurl's judgement. What is added here is a bound: libcurl forgets none, and
// a server may send fifty with each of a download's thousands of responses. Thread: loop. The share
// must outlive the store, and every handle that uses the share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "net/curl_handles.hpp"

namespace xget::net {

// What browsers keep, and more than any honest site needs.
inline constexpr std::size_t kMostCookies = 3000;

class CookieStore {
 public:
  // Makes the handles of `share` keep and send cookies, with these to begin with, as lines of
  // Netscape's format. Not before libcurl is initialised.
  CookieStore(CURLSH* share, const std::vector<std::string>& lines);

  // What there is, as lines of Netscape's format; some may have expired.
  [[nodiscard]] std::vector<std::string> lines() const;

  // A response has ended, which may have set some. Not from inside libcurl.
  void count_response();

 private:
  void add(const std::string& line);
  void keep_within_bounds();

  EasyHandle easy_;  // never asks for anything: the engine is reached by way of a handle
  std::size_t responses_since_census_ = 0;
};

// The lines less those of the domains that have most of them, so that `most` are left. A server
// that floods the store drives out its own first.
std::vector<std::string> within_bounds(std::vector<std::string> lines, std::size_t most);

}  // namespace xget::net
