// What a libcurl result means in the port's terms. For net/ alone: this header brings curl.h.
// Thread: any; pure.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "core/ports.hpp"
#include "net/proxy_logins.hpp"

namespace xget::net {

// What was known of a transfer when libcurl ended it.
struct CurlOutcome {
  CURLcode code = CURLE_OK;
  bool head_complete = false;
  bool connected = false;  // TCP was up, to the proxy if there is one
  bool request_sent = false;
  bool answers_without_tls = false;  // what came to the TLS handshake is no TLS
  std::string proxy;                 // to be shown; empty: none
  bool tried_login = false;          // at the proxy, by a method that it knows
  AuthMethods offered = 0;           // by the proxy, to log in
  long proxy_answer = 0;             // its own last status, to CONNECT too; 0: it has said nothing
  long system_error = 0;             // errno of the last connect that failed
};

// Whether libcurl's words on a handshake that failed, which are OpenSSL's, say that what came is no
// TLS at all.
bool tells_of_no_tls(std::string_view detail);

core::TransferStatus status_of(const CurlOutcome& outcome);

// One printable sentence: what the status means, and what the system or libcurl said on it where
// that adds something. Equal failures have equal causes: nothing in it differs between attempts.
std::string cause_of(core::TransferStatus status, const CurlOutcome& outcome,
                     const std::string& detail);

}  // namespace xget::net
