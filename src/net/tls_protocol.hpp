// What was agreed on for a TLS connection. Thread: the connection's.
#pragma once

#include <string>

namespace xget::net {

// `ssl` is OpenSSL's, or null: no TLS.

// By ALPN (RFC 7301).
bool speaks_http2(const void* ssl);
// "TLSv1.3"; empty without TLS.
std::string tls_version(const void* ssl);

}  // namespace xget::net
