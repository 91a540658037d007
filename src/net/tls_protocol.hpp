// What was agreed on with ALPN (RFC 7301) on a TLS connection. Thread: the connection's.
#pragma once

namespace xget::net {

// `ssl` is OpenSSL's, or null: no TLS.
bool speaks_http2(const void* ssl);

}  // namespace xget::net
