// Which TLS connections ended with close_notify. libcurl takes a connection that was merely cut
// for one that ended well; where the close alone ends a body, that is how somebody in between cuts
// it short (RFC 9112 section 9.8).
// Thread: any. Connections are known by libcurl's SSL pointer, which may be gone when it is asked
// about; a new connection under the same pointer begins anew with its handshake.
#pragma once

namespace xget::net {

// To be called with the SSL_CTX of each connection before its handshake.
void watch_close_notify(void* ssl_context);
bool ended_with_close_notify(const void* ssl);

}  // namespace xget::net
