// Where an object is asked for: from what is set and the bucket to scheme, host, port and path.
//
// S3: "Methods for accessing a general purpose bucket" of its guide, regions and partitions by
// "Amazon S3 endpoints and quotas"; no dual-stack, no acceleration, no access points. OSS:
// "Regions, endpoints and open ports". Thread: any; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remote/store_kind.hpp"
#include "xget/error.hpp"

namespace xget::remote {

enum class PathStyle {
  Auto,  // the bucket in the host name where that works
  On,    // https://HOST/BUCKET/KEY
  Off,   // https://BUCKET.HOST/KEY
};

struct EndpointSettings {
  StoreKind store = StoreKind::S3;
  std::string url;     // of the store; empty: Amazon's or Alibaba's own for `region`
  std::string region;  // "eu-west-1", "cn-hangzhou"; empty: signing_region
  PathStyle path_style = PathStyle::Auto;
  bool internal = false;  // OSS without `url`: the endpoint for Alibaba's own machines
};

struct Place {
  StoreKind store = StoreKind::S3;
  Scheme scheme = Scheme::Https;
  std::string host;            // lower case; an IPv6 literal without brackets, %zone kept
  int port = 443;              // never 0
  std::string path;            // encoded, begins with "/"; what goes over the wire
  std::string canonical_path;  // encoded; what is signed: `path`, or for OSS always /BUCKET/KEY
  friend bool operator==(const Place&, const Place&) = default;
};

// The bucket's own place if `key` is empty, the store's if `bucket` is, too. Both are raw, and the
// bucket is one that parse_object_url takes.
//
// With PathStyle::Auto the bucket is in the path where the store's URL names an address, a host
// without a dot ("localhost", "minio") or a path of its own, and where the bucket's name doesn't
// fit a host's or, under TLS, has a dot, which no wildcard of a certificate covers.
//
// Fails with Usage: a URL that is none, or has user info or a query; a region that is no name, or
// is not said where the host's name needs it (OSS); PathStyle::Off where the bucket cannot be part
// of the host's name; a key with a segment "." or "..", which whoever handles its URL would
// resolve, so that another object came than was asked for.
Result<Place> place_of(const EndpointSettings& settings, std::string_view bucket,
                       std::string_view key);

// The region that requests are signed for: what is set, else what the URL says ("s3.eu-west-1.…",
// "oss-cn-beijing.…"), else "us-east-1" for S3 and nothing for OSS.
std::string signing_region(const EndpointSettings& settings);

// Which region Amazon's or Alibaba's host is in, as far as its name says: "b.s3.eu-west-1.amazonaws
// .com", "s3-eu-west-1.amazonaws.com", "oss-cn-beijing-internal.aliyuncs.com". nullopt: it is
// another's, or says nothing.
std::optional<std::string> region_of_host(StoreKind store, std::string_view host);

// What the hosts of Amazon's services in that region end with, ".amazonaws.com": China's partition
// has a domain of its own, us-gov shares one with the rest of the world.
std::string_view amazon_domain(std::string_view region);

// At most 64 letters, digits, "-" and "_": what is signed, and may become part of a host's name.
bool is_region(std::string_view text);

// As the Host field has it: brackets around IPv6, without its zone, and no port that is the
// scheme's own.
std::string authority(const Place& place);

// The URL, with the zone (RFC 6874). `query` is encoded, without "?"; empty: none.
std::string url_of(const Place& place, std::string_view query);

}  // namespace xget::remote
