// What the files hold that options for TLS name: certificates and keys in PEM (RFC 7468).
// Pure: their text comes in. Thread: any.
#pragma once

#include <string_view>

namespace xget {

// At least one certificate, and none that cannot be read before it.
bool holds_certificate(std::string_view pem);

enum class KeyVerdict {
  Fits,       // the private key of the first certificate
  None,       // no private key can be read there
  Encrypted,  // it wants a passphrase
  Other,      // of another certificate
};
KeyVerdict judge_private_key(std::string_view key_pem, std::string_view certificate_pem);

// A public key, in PEM or in DER.
bool holds_public_key(std::string_view text);

}  // namespace xget
