#include "remote/object_url.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "net/ip_literal.hpp"
#include "net/url.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kShortestBucket = 3;
constexpr std::size_t kLongestBucket = 63;
constexpr std::size_t kLongestOldBucket = 255;  // in us-east-1, before 2018

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

const char* scheme_of(StoreKind store) { return store == StoreKind::S3 ? "s3://" : "oss://"; }

std::optional<StoreKind> store_of(std::string_view text) {
  for (const StoreKind store : {StoreKind::S3, StoreKind::Oss}) {
    const std::string_view scheme = scheme_of(store);
    if (equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return store;
  }
  return std::nullopt;
}

bool may_hold(StoreKind store, char c) {
  if (is_lower_or_digit(c) || c == '-') return true;
  return store == StoreKind::S3 && (is_upper(c) || c == '.' || c == '_');
}

// What is wrong with the name; nullopt: nothing. The name itself is not said: where somebody put
// keys in front of it, they would be.
std::optional<std::string> fault_of_bucket(StoreKind store, const std::string& bucket) {
  if (bucket.empty()) return "it names no bucket";
  const auto odd = std::find_if_not(bucket.begin(), bucket.end(),
                                    [store](char c) { return may_hold(store, c); });
  if (odd != bucket.end()) {
    if (*odd == ':' && bucket.starts_with("arn:")) {
      return "it has an ARN for a bucket's name, which is not supported";
    }
    if (store == StoreKind::Oss && is_upper(*odd)) return "its bucket's name has a capital letter";
    return "its bucket's name has \"" + std::string(1, *odd) + "\"";
  }
  if (bucket.size() < kShortestBucket) return "its bucket's name has fewer than 3 characters";
  const std::size_t longest = store == StoreKind::S3 ? kLongestOldBucket : kLongestBucket;
  if (bucket.size() > longest) {
    return "its bucket's name has more than " + std::to_string(longest) + " characters";
  }
  if (bucket.find_first_not_of('.') == std::string::npos) return "its bucket's name is dots alone";
  if (net::family_of(bucket)) return "its bucket's name is an IP address";
  if (store == StoreKind::Oss && (bucket.front() == '-' || bucket.back() == '-')) {
    return "its bucket's name begins or ends with \"-\"";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_key(StoreKind store, const std::string& key) {
  if (key.size() > kLongestKey) return "its key is longer than 1024 bytes";
  if (store == StoreKind::Oss && key.starts_with('/')) return "a key in OSS begins with no slash";
  return std::nullopt;
}

tl::unexpected<Error> refuse(std::string_view text, std::string cause) {
  Error error;
  error.code = ErrorCode::Usage;
  error.operation = "read the URL";
  error.subject = net::without_secrets(text);
  error.cause = std::move(cause);
  return fail(std::move(error));
}

}  // namespace

bool is_object_url(std::string_view text) { return store_of(text).has_value(); }

Result<ObjectUrl> parse_object_url(std::string_view text) {
  const auto store = store_of(text);
  if (!store) return refuse(text, "it begins with neither s3:// nor oss://");
  std::string_view rest = text.substr(std::string_view(scheme_of(*store)).size());
  const auto slash = std::min(rest.find('/'), rest.size());
  ObjectUrl url{*store, std::string(rest.substr(0, slash)), {}};
  if (slash < rest.size()) url.key = rest.substr(slash + 1);
  if (auto fault = fault_of_bucket(*store, url.bucket)) return refuse(text, *std::move(fault));
  if (auto fault = fault_of_key(*store, url.key)) return refuse(text, *std::move(fault));
  return url;
}

std::string to_text(const ObjectUrl& url) {
  return scheme_of(url.store) + url.bucket + "/" + url.key;
}

bool fits_host_name(std::string_view bucket) {
  if (bucket.size() < kShortestBucket || bucket.size() > kLongestBucket) return false;
  char before = '.';
  for (const char c : bucket) {
    if (!is_lower_or_digit(c) && c != '-' && c != '.') return false;
    if ((c == '.' || c == '-') && before == '.') return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return is_lower_or_digit(before) && !net::family_of(std::string(bucket));
}

bool is_at_or_below(std::string_view key, std::string_view place) {
  if (!key.starts_with(place)) return false;
  if (place.empty() || place.ends_with('/') || key.size() == place.size()) return true;
  return key[place.size()] == '/';
}

}  // namespace xget::remote
