// The libcurl options that every request gets. For net/ alone: this header brings curl.h.
#pragma once

#include "core/ports.hpp"
#include "net/curl_handles.hpp"
#include "net/curl_transport.hpp"
#include "net/proxy_logins.hpp"

namespace xget::net {

// Sets options of one handle and remembers the first failure.
class OptionSetter {
 public:
  explicit OptionSetter(CURL* easy) : easy_(easy) {}

  template <typename Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (first_failure_ == CURLE_OK) first_failure_ = code;
  }
  void set_text(CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value.c_str());
  }
  [[nodiscard]] CURLcode first_failure() const { return first_failure_; }

 private:
  CURL* easy_;
  CURLcode first_failure_ = CURLE_OK;
};

// What no response and no environment may change: protocols, framing, redirects.
void set_protocol_options(OptionSetter& options, const core::HttpRequest& request);
// The proxy, or none, whatever the environment has, and how to log in there.
void set_proxy_options(OptionSetter& options, const core::HttpRequest& request,
                       AuthMethods methods);
// Time, buffers and TLS as the settings say.
void set_transport_options(OptionSetter& options, const TransportSettings& settings,
                           long buffer_size);

// It goes through an HTTP proxy that sees it: what answers may be the proxy.
bool is_relayed(const core::HttpRequest& request);

// The rule that sends the request to its pinned address, or to where the user wants it; empty:
// none.
std::string connect_to_rule(const core::HttpRequest& request);

// Requests of which this is the same may run side by side on one connection. Empty: this one
// shares none, since only HTTP/2 can.
std::string shared_peer(const core::HttpRequest& request);

}  // namespace xget::net
