#include "net/tls_protocol.hpp"

#include <openssl/ssl.h>

#include <string_view>

namespace xget::net {

bool speaks_http2(const void* ssl) {
  if (ssl == nullptr) return false;
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(static_cast<const SSL*>(ssl), &name, &length);
  return std::string_view(reinterpret_cast<const char*>(name), length) == "h2";
}

std::string tls_version(const void* ssl) {
  return ssl == nullptr ? "" : SSL_get_version(static_cast<const SSL*>(ssl));
}

}  // namespace xget::net
