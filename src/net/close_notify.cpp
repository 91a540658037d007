#include "net/close_notify.hpp"

#include <openssl/ssl.h>

#include <mutex>
#include <unordered_set>

namespace xget::net {
namespace {

// An entry goes with the next handshake under its pointer, so there are never more of them than
// connections at one time.
struct CleanEnds {
  std::mutex mutex;
  std::unordered_set<const void*> connections;
};

CleanEnds& clean_ends() {
  static CleanEnds ends;
  return ends;
}

void on_tls_event(const SSL* ssl, int where, int value) {
  const bool begins = (where & SSL_CB_HANDSHAKE_START) != 0;
  const bool close_notify =
      (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) == SSL_AD_CLOSE_NOTIFY;
  if (!begins && !close_notify) return;
  const std::lock_guard lock(clean_ends().mutex);
  if (begins) clean_ends().connections.erase(ssl);
  if (close_notify) clean_ends().connections.insert(ssl);
}

}  // namespace

void watch_close_notify(void* ssl_context) {
  SSL_CTX_set_info_callback(static_cast<SSL_CTX*>(ssl_context), on_tls_event);
}

bool ended_with_close_notify(const void* ssl) {
  const std::lock_guard lock(clean_ends().mutex);
  return clean_ends().connections.contains(ssl);
}

}  // namespace xget::net
