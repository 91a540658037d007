#include "base/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace xget {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// OpenSSL keeps errors for each thread: what failed here must not be told as another's failure.
struct ErrorsStayHere {
  ErrorsStayHere() { ERR_set_mark(); }
  ~ErrorsStayHere() { ERR_pop_to_mark(); }
  ErrorsStayHere(const ErrorsStayHere&) = delete;
  ErrorsStayHere& operator=(const ErrorsStayHere&) = delete;
};

// Reads from `text`, which must outlive it.
Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate first_certificate(std::string_view pem) {
  const Bio bio = reader_of(pem);
  return Certificate(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
}

// Stands in for the passphrase: OpenSSL's own way would be to ask on the terminal.
int note_wish_for_passphrase(char*, int, int, void* wished) {
  *static_cast<bool*>(wished) = true;
  return -1;
}

}  // namespace

bool holds_certificate(std::string_view pem) {
  const ErrorsStayHere errors;
  return first_certificate(pem) != nullptr;
}

KeyVerdict judge_private_key(std::string_view key_pem, std::string_view certificate_pem) {
  const ErrorsStayHere errors;
  bool encrypted = false;
  const Bio bio = reader_of(key_pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, note_wish_for_passphrase, &encrypted));
  if (encrypted) return KeyVerdict::Encrypted;
  if (!key) return KeyVerdict::None;
  const Certificate certificate = first_certificate(certificate_pem);
  const bool fits = certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
  return fits ? KeyVerdict::Fits : KeyVerdict::Other;
}

bool holds_public_key(std::string_view text) {
  const ErrorsStayHere errors;
  const Bio pem = reader_of(text);
  if (Key(PEM_read_bio_PUBKEY(pem.get(), nullptr, nullptr, nullptr))) return true;
  const Bio der = reader_of(text);
  return Key(d2i_PUBKEY_bio(der.get(), nullptr)) != nullptr;
}

}  // namespace xget
