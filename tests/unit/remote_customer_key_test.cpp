// A key of the caller's own, as it is read and as a store is told of it.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/customer_key.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

using Lines = std::vector<std::string>;

const std::string kBytes = "0123456789abcdef0123456789ABCDEF";
constexpr const char* kHex = "3031323334353637383961626364656630313233343536373839414243444546";
constexpr const char* kBase64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUY=";
constexpr const char* kMd5 = "V5euSAsQOO0sIBHETfEa4w==";

Lines lines_of(const std::vector<core::Header>& headers) {
  Lines lines;
  for (const core::Header& header : headers) lines.push_back(header.name + ": " + header.value);
  return lines;
}

Place place_at(Scheme scheme, const std::string& host) {
  return {.store = StoreKind::S3, .scheme = scheme, .host = host};
}

}  // namespace

TEST_CASE("a key is one however it is written") {
  const auto key = CustomerKey::parse(kBytes);
  REQUIRE(key);
  for (const std::string& text : {std::string(kHex), std::string(kBase64), kHex + std::string("\n"),
                                  "  " + std::string(kBase64) + "\r\n"}) {
    CHECK(CustomerKey::parse(text) == key);
  }
  CHECK(CustomerKey::parse(std::string(32, '\0')));
  CHECK(CustomerKey::parse(std::string(31, 'a') + "\n"));  // 32 bytes are what they are
}

TEST_CASE("what is no key is refused without being told") {
  for (const std::string& text :
       {std::string(), std::string("secret"), std::string(33, 's'), std::string(16, 's'),
        kBytes + "\n", kHex + std::string("00"), std::string("c2VjcmV0"), std::string(64, 'x')}) {
    const auto key = CustomerKey::parse(text);
    REQUIRE_FALSE(key);
    CHECK(key.error().find("a key is 32") != std::string::npos);
    if (!text.empty()) CHECK(key.error().find(text) == std::string::npos);
  }
  CHECK(CustomerKey::parse("c2VjcmV0").error().starts_with("it is 6 bytes, written out"));
}

TEST_CASE("a store is told the key with its MD5, and of a copy's source under other names") {
  const auto key = CustomerKey::parse(kBytes);
  CHECK(lines_of(key->headers()) ==
        Lines{"x-amz-server-side-encryption-customer-algorithm: AES256",
              "x-amz-server-side-encryption-customer-key: " + std::string(kBase64),
              "x-amz-server-side-encryption-customer-key-MD5: " + std::string(kMd5)});
  CHECK(lines_of(key->source_headers()) ==
        Lines{"x-amz-copy-source-server-side-encryption-customer-algorithm: AES256",
              "x-amz-copy-source-server-side-encryption-customer-key: " + std::string(kBase64),
              "x-amz-copy-source-server-side-encryption-customer-key-MD5: " + std::string(kMd5)});
}

TEST_CASE("a mark is of one key and one text") {
  const auto key = CustomerKey::parse(kBytes);
  const auto other = CustomerKey::parse(std::string(32, 'o'));
  CHECK(key->mark("token") == key->mark("token"));
  CHECK(key->mark("token").size() == 64);
  CHECK(key->mark("token") != key->mark("other token"));
  CHECK(key->mark("token") != other->mark("token"));
}

TEST_CASE("a way is private over TLS and within this machine") {
  CHECK(is_private_way(place_at(Scheme::Https, "store.example.net")));
  for (const char* host : {"localhost", "bucket.localhost", "127.0.0.1", "127.8.9.1", "::1"}) {
    INFO(host);
    CHECK(is_private_way(place_at(Scheme::Http, host)));
  }
  for (const char* host : {"store.example.net", "127.example.net", "10.0.0.1", "::2",
                           "notlocalhost", "localhost.example.net"}) {
    INFO(host);
    CHECK_FALSE(is_private_way(place_at(Scheme::Http, host)));
  }
}

TEST_CASE("a proxy sees the key of what does not go over TLS") {
  core::HttpRequest request{.url = "http://localhost/b/k",
                            .headers = CustomerKey::parse(kBytes)->headers()};
  CHECK_FALSE(shows_key_to_proxy(request));
  request.proxy = "http://proxy:3128";
  CHECK(shows_key_to_proxy(request));
  request.headers = CustomerKey::parse(kBytes)->source_headers();
  CHECK(shows_key_to_proxy(request));
  request.url = "https://store.example.net/b/k";
  CHECK_FALSE(shows_key_to_proxy(request));
  request = {.url = "http://localhost/b/k", .proxy = "http://proxy:3128"};
  CHECK_FALSE(shows_key_to_proxy(request));
}
