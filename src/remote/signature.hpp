// Signed requests to object stores: in header fields, and in URLs that whoever holds them may use
// for a while.
//
// S3: AWS Signature Version 4 ("Authenticating Requests (AWS Signature Version 4)" of its API
// reference), the path encoded once and never normalised. OSS: its own version 4 ("Include a V4
// signature in the Authorization header", "… in a URL"). The two differ in words and in which
// header fields they cover; signature.cpp has both side by side. Thread: any; pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "core/http_message.hpp"
#include "remote/endpoint.hpp"
#include "remote/store_kind.hpp"
#include "remote/uri_encoding.hpp"
#include "xget/error.hpp"
#include "xget/object_store.hpp"

namespace xget::remote {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: they are not temporary
};

// Whom and where a request is signed for.
struct Signer {
  Credentials credentials;
  std::string region;   // signing_region()
  std::string service;  // OSS calls it the product; empty: the store's own, "s3" or "oss"
};

// What a signature for S3 says of the body. One that nobody hashed can be had under TLS alone: in
// the clear everybody on the way could replace it.
class Payload {
 public:
  Payload();  // there is no body
  static Payload hashed(const Sha256& digest);
  static std::optional<Payload> unhashed(Scheme scheme);  // nullopt: hash it

  [[nodiscard]] bool is_hashed() const { return digest_.has_value(); }
  [[nodiscard]] std::string text() const;  // as in x-amz-content-sha256

 private:
  explicit Payload(std::optional<Sha256> digest) : digest_(digest) {}
  std::optional<Sha256> digest_;
};

struct RequestToSign {
  std::string method = "GET";
  Place place;
  std::vector<QueryParameter> query;  // goes out as encoded_query of it
  // What goes out with it, without Host, and without what the signature adds. For S3 all of it is
  // signed but what hops and libraries change on the way (User-Agent, Accept-Encoding, …). For OSS:
  // x-oss-*, Content-Type and Content-MD5, and what `also_signed` names.
  std::vector<core::Header> headers;
  std::vector<std::string> also_signed;  // for OSS ("AdditionalHeaders"), in any case; "host", too
  Payload payload;  // for OSS of no account: its signature never covers the body
};

// What is to be added to the request's header fields, Authorization last. An unhashed payload
// without TLS is a bug, and stops the program.
std::vector<core::Header> signature_headers(const RequestToSign& request, const Signer& signer,
                                            WallTime now);

// The whole URL, good from `now` on for 1 s to 7 days, for requests of this method with at least
// these header fields and any body. Fails with Usage: another length of time.
Result<std::string> presigned_url(const RequestToSign& request, const Signer& signer, WallTime now,
                                  std::chrono::seconds lifetime);

}  // namespace xget::remote
