// CustomerKey: a key of the caller's own, with which a store encrypts an object and which it does
// not keep (SSE-C): each request for the object brings it along.
//
// It goes into requests and nowhere else: what is kept or told of it is a mark, which shows whether
// two runs have the same key and is of no use to who has not.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
// Thread: any; pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/http_message.hpp"
#include "core/ports.hpp"
#include "remote/endpoint.hpp"

namespace xget::remote {

class CustomerKey {
 public:
  // 32 bytes as they are, or as 64 hexadecimal digits or 44 characters of base64, with or without
  // white space around those. Fails with why it is none, in words that tell nothing of it.
  static tl::expected<CustomerKey, std::string> parse(std::string_view text);

  // Of a request for an object that has this key, or is to have it.
  [[nodiscard]] std::vector<core::Header> headers() const;
  // Of a request to copy an object that has this key.
  [[nodiscard]] std::vector<core::Header> source_headers() const;

  // HMAC-SHA256 of `text`, 64 hexadecimal digits.
  [[nodiscard]] std::string mark(std::string_view text) const;

  friend bool operator==(const CustomerKey&, const CustomerKey&) = default;

 private:
  static constexpr std::size_t kSize = 32;  // bytes: AES-256
  explicit CustomerKey(const std::array<std::byte, kSize>& bytes) : bytes_(bytes) {}
  [[nodiscard]] std::vector<core::Header> headers_behind(const std::string& prefix) const;

  std::array<std::byte, kSize> bytes_{};
};

// Adds its header fields, if there is one.
void add_key(const std::optional<CustomerKey>& key, std::vector<core::Header>& headers);

// Whether what goes there is for nobody else to read: over TLS, or within this machine. Amazon
// refuses a key that came over plain http, and takes it for known to others.
bool is_private_way(const Place& place);
// Whether the request would show its key to a proxy, which reads what is not TLS.
bool shows_key_to_proxy(const core::HttpRequest& request);
inline constexpr const char* kShownToProxy =
    "the key would go over plain http through a proxy, which reads it";

}  // namespace xget::remote
