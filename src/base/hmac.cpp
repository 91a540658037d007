#include "base/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <new>

namespace xget {
namespace {

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

// Knows its algorithm and no key yet. The algorithm is looked up by name, which costs more than the
// hashing of a short message: so once, and each use is a copy. It stays for as long as the process.
Context make_keyless() {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Context context(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);  // the context holds it
  std::array<char, 7> digest{"SHA256"};
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) {
    throw std::bad_alloc();
  }
  return context;
}

}  // namespace

Sha256 hmac_sha256(std::span<const std::byte> key, std::span<const std::byte> message) {
  static const Context keyless = make_keyless();
  const Context context(EVP_MAC_CTX_dup(keyless.get()));
  // Without an address OpenSSL would look for a key given earlier.
  const auto* const key_bytes = key.empty() ? reinterpret_cast<const unsigned char*>("")
                                            : reinterpret_cast<const unsigned char*>(key.data());
  const auto* const message_bytes = reinterpret_cast<const unsigned char*>(message.data());
  Sha256 code{};
  std::size_t length = 0;
  const bool done = context && EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1 &&
                    EVP_MAC_update(context.get(), message_bytes, message.size()) == 1 &&
                    EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(code.data()),
                                  &length, code.size()) == 1;
  if (!done || length != code.size()) throw std::bad_alloc();
  return code;
}

}  // namespace xget
