#include "remote/endpoint.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/ip_literal.hpp"
#include "net/url.hpp"
#include "remote/object_url.hpp"
#include "remote/uri_encoding.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kDefaultRegion = "us-east-1";
constexpr std::size_t kLongestRegion = 64;
constexpr std::string_view kAmazon = ".amazonaws.com";
constexpr std::string_view kAmazonChina = ".amazonaws.com.cn";
constexpr std::string_view kAlibaba = ".aliyuncs.com";
constexpr std::string_view kInternal = "-internal";

tl::unexpected<Error> refuse(std::string subject, std::string cause, std::string remedy = {}) {
  Error error;
  error.code = ErrorCode::Usage;
  error.operation = "find the endpoint for";
  error.subject = std::move(subject);
  error.cause = std::move(cause);
  error.remedy = std::move(remedy);
  return fail(std::move(error));
}

// Some write a region of OSS as its endpoint has it.
std::string_view without_oss(std::string_view region) {
  if (region.starts_with("oss-")) region.remove_prefix(4);
  return region;
}

// "b.s3.eu-west-1" → "eu-west-1", and "b.s3" is left. Empty: there was none.
std::string_view take_last_label(std::string_view& labels) {
  const auto dot = labels.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? labels : labels.substr(dot + 1);
  labels = labels.substr(0, dot == std::string_view::npos ? 0 : dot);
  return last;
}

std::optional<std::string> amazon_region(std::string_view labels) {
  const std::string_view last = take_last_label(labels);
  const std::string_view before = take_last_label(labels);
  std::string_view region;
  if (before == "s3" || before == "dualstack" || before == "s3-fips") {
    region = last;
  } else if (last == "s3" || last == "s3-external-1") {
    region = kDefaultRegion;
  } else if (last.starts_with("s3-")) {
    region = last.substr(3);  // as it was written until 2019
  }
  // Neither "accelerate" nor "website" is one.
  const bool numbered = !region.empty() && region.back() >= '0' && region.back() <= '9';
  return numbered && is_region(region) ? std::optional(std::string(region)) : std::nullopt;
}

// "b.oss-cn-beijing-internal" → "cn-beijing"
std::optional<std::string> alibaba_region(std::string_view labels) {
  std::string_view last = take_last_label(labels);
  if (!last.starts_with("oss-")) return std::nullopt;
  last.remove_prefix(4);
  if (last.ends_with(kInternal)) last.remove_suffix(kInternal.size());
  if (last.starts_with("accelerate") || !is_region(last)) return std::nullopt;
  return std::string(last);
}

// ---- the store's own URL --------------------------------------------------------------------

struct Base {
  Scheme scheme = Scheme::Https;
  std::string host;
  int port = 443;
  std::string path;  // without the last "/"; encoded
};

Result<Base> given_base(const EndpointSettings& settings) {
  auto url = net::parse_url(settings.url);
  if (!url) return fail(url.error());
  const std::string subject = net::without_secrets(settings.url);
  if (!url->user_password.empty()) return refuse(subject, "its URL has a user's name");
  if (!url->query.empty()) return refuse(subject, "its URL has a query");
  Base base;
  base.scheme = url->origin.scheme == "https" ? Scheme::Https : Scheme::Http;
  base.host = url->origin.host;
  base.port = url->origin.port;
  base.path = url->path;
  while (base.path.ends_with('/')) base.path.pop_back();
  return base;
}

Result<Base> own_base(const EndpointSettings& settings) {
  const std::string region = signing_region(settings);
  Base base;
  if (settings.store == StoreKind::S3) {
    base.host = "s3." + lower_case(region) + std::string(amazon_domain(region));
  } else if (region.empty()) {
    return refuse("OSS", "no region is said", "Say the bucket's region, or the store's URL.");
  } else {
    base.host = "oss-" + lower_case(region);
    if (settings.internal) base.host += kInternal;
    base.host += kAlibaba;
  }
  return base;
}

Result<Base> base_of(const EndpointSettings& settings) {
  if (!settings.region.empty() && !is_region(settings.region)) {
    return refuse(printable(settings.region), "this is no region's name");
  }
  return settings.url.empty() ? own_base(settings) : given_base(settings);
}

// ---- where the bucket goes ------------------------------------------------------------------

// Why the bucket cannot be in front of this host's name; nullopt: it can.
std::optional<std::string> fault_of_hosting(const Base& base, std::string_view bucket) {
  if (net::family_of(base.host)) return "the host is an IP address";
  if (!fits_host_name(bucket)) return "the bucket's name cannot be part of a host's";
  if (base.scheme == Scheme::Https && bucket.find('.') != std::string_view::npos) {
    return "no certificate covers a bucket's name with a dot";
  }
  return std::nullopt;
}

// A host without a dot is this machine or one beside it, whose names with a bucket in front of them
// nobody resolves.
bool serves_hosted_buckets(const Base& base) {
  return base.path.empty() && base.host.find('.') != std::string::npos &&
         !base.host.ends_with(".localhost");
}

Result<bool> in_host(const EndpointSettings& settings, const Base& base, std::string_view bucket) {
  if (bucket.empty() || settings.path_style == PathStyle::On) return false;
  auto fault = fault_of_hosting(base, bucket);
  if (settings.path_style == PathStyle::Auto) return !fault && serves_hosted_buckets(base);
  if (!fault) return true;
  return refuse(printable(bucket), *std::move(fault), "Let the bucket be in the path.");
}

bool has_dot_segment(std::string_view key) {
  Parts segments(key, '/');
  while (const auto segment = segments.next()) {
    if (*segment == "." || *segment == "..") return true;
  }
  return false;
}

}  // namespace

std::string_view amazon_domain(std::string_view region) {
  return region.starts_with("cn-") ? kAmazonChina : kAmazon;
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRegion &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::optional<std::string> region_of_host(StoreKind store, std::string_view host) {
  const std::string lower = lower_case(host);
  std::string_view labels = lower;
  if (store == StoreKind::Oss) {
    if (!labels.ends_with(kAlibaba)) return std::nullopt;
    labels.remove_suffix(kAlibaba.size());
    return alibaba_region(labels);
  }
  for (const std::string_view domain : {kAmazon, kAmazonChina}) {
    if (!labels.ends_with(domain)) continue;
    labels.remove_suffix(domain.size());
    return amazon_region(labels);
  }
  return std::nullopt;
}

std::string signing_region(const EndpointSettings& settings) {
  if (!settings.region.empty()) {
    return std::string(settings.store == StoreKind::Oss ? without_oss(settings.region)
                                                        : settings.region);
  }
  if (const auto url = net::parse_url(settings.url)) {
    if (auto region = region_of_host(settings.store, url->origin.host)) return *std::move(region);
  }
  return std::string(settings.store == StoreKind::S3 ? kDefaultRegion : "");
}

Result<Place> place_of(const EndpointSettings& settings, std::string_view bucket,
                       std::string_view key) {
  const auto base = base_of(settings);
  if (!base) return fail(base.error());
  const auto hosted = in_host(settings, *base, bucket);
  if (!hosted) return fail(hosted.error());
  if (has_dot_segment(key)) {
    return refuse(printable(key), R"(the key has a segment "." or "..", which URLs cannot keep)");
  }
  const std::string in_bucket = "/" + encoded_path(key);
  const std::string in_store = bucket.empty() ? "/" : "/" + encoded_path(bucket) + in_bucket;
  Place place;
  place.store = settings.store;
  place.scheme = base->scheme;
  place.host = *hosted ? std::string(bucket) + "." + base->host : base->host;
  place.port = base->port;
  place.path = base->path + (*hosted ? in_bucket : in_store);
  place.canonical_path = settings.store == StoreKind::Oss ? in_store : place.path;
  return place;
}

std::string authority(const Place& place) {
  const bool has_own_port = place.port == (place.scheme == Scheme::Https ? 443 : 80);
  std::string text = place.host.substr(0, place.host.find('%'));
  if (text.find(':') != std::string::npos) text = "[" + text + "]";
  return has_own_port ? text : text + ":" + std::to_string(place.port);
}

std::string url_of(const Place& place, std::string_view query) {
  std::string host = authority(place);
  if (const auto zone = place.host.find('%'); zone != std::string::npos) {
    host.insert(host.find(']'), "%25" + place.host.substr(zone + 1));
  }
  std::string url = place.scheme == Scheme::Https ? "https://" : "http://";
  url += host + place.path;
  if (!query.empty()) url.append("?").append(query);
  return url;
}

}  // namespace xget::remote
