// What is found in files of certificates and keys. All are made here: none is worth keeping.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/pem.hpp"

using namespace xget;

namespace {

std::string written_by(const std::function<void(BIO*)>& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// A key with a certificate that it signed itself.
class Identity {
 public:
  Identity() {
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    REQUIRE(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
  }

  [[nodiscard]] std::string certificate() const {
    return written_by([&](BIO* bio) { PEM_write_bio_X509(bio, certificate_.get()); });
  }
  [[nodiscard]] std::string key() const {
    return written_by([&](BIO* bio) {
      PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  [[nodiscard]] std::string encrypted_key() const {
    std::string passphrase = "words";
    return written_by([&](BIO* bio) {
      PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), EVP_aes_128_cbc(), passphrase.data(),
                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
  }
  [[nodiscard]] std::string public_key() const {
    return written_by([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_.get()); });
  }
  [[nodiscard]] std::string public_key_in_der() const {
    return written_by([&](BIO* bio) { i2d_PUBKEY_bio(bio, key_.get()); });
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate_{X509_new(), X509_free};
};

const std::string kWords = "# a comment, as bundles have them\n";

}  // namespace

TEST_CASE("a certificate is found among other text, and nothing else is taken for one") {
  const Identity identity;
  CHECK(holds_certificate(identity.certificate()));
  CHECK(holds_certificate(kWords + identity.certificate() + identity.certificate()));
  CHECK(holds_certificate(identity.key() + identity.certificate()));
  CHECK_FALSE(holds_certificate(""));
  CHECK_FALSE(holds_certificate(kWords));
  CHECK_FALSE(holds_certificate(identity.key()));
  CHECK_FALSE(holds_certificate(identity.public_key()));
  const std::string whole = identity.certificate();
  CHECK_FALSE(holds_certificate(whole.substr(0, whole.size() / 2)));
}

TEST_CASE("a private key fits its own certificate alone") {
  const Identity mine;
  const Identity other;
  CHECK(judge_private_key(mine.key(), mine.certificate()) == KeyVerdict::Fits);
  CHECK(judge_private_key(mine.certificate() + mine.key(), mine.certificate()) == KeyVerdict::Fits);
  CHECK(judge_private_key(other.key(), mine.certificate()) == KeyVerdict::Other);
  CHECK(judge_private_key(mine.key(), kWords) == KeyVerdict::Other);
}

TEST_CASE("a private key that is missing or wants a passphrase is told as that, without asking") {
  const Identity identity;
  CHECK(judge_private_key(identity.encrypted_key(), identity.certificate()) ==
        KeyVerdict::Encrypted);
  CHECK(judge_private_key("", identity.certificate()) == KeyVerdict::None);
  CHECK(judge_private_key(identity.certificate(), identity.certificate()) == KeyVerdict::None);
  CHECK(judge_private_key(identity.public_key(), identity.certificate()) == KeyVerdict::None);
}

TEST_CASE("a public key is read in PEM and in DER, and nothing else is taken for one") {
  const Identity identity;
  CHECK(holds_public_key(identity.public_key()));
  CHECK(holds_public_key(identity.public_key_in_der()));
  CHECK_FALSE(holds_public_key(""));
  CHECK_FALSE(holds_public_key(kWords));
  CHECK_FALSE(holds_public_key(identity.key()));
  CHECK_FALSE(holds_public_key(identity.certificate()));
}
