#include "remote/customer_key.hpp"

#include <algorithm>
#include <span>

#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "base/hmac.hpp"

namespace xget::remote {
namespace {

constexpr const char* kWhiteSpace = " \t\r\n";

std::optional<std::vector<std::byte>> written_out(std::string_view text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kWhiteSpace) + 1 - first);
  auto bytes = parse_hex(text);
  return bytes ? bytes : parse_base64(text);
}

}  // namespace

tl::expected<CustomerKey, std::string> CustomerKey::parse(std::string_view text) {
  std::array<std::byte, kSize> key{};
  if (text.size() == kSize) {
    std::ranges::copy(std::as_bytes(std::span(text)), key.begin());
    return CustomerKey(key);
  }
  const auto bytes = written_out(text);
  if (!bytes || bytes->size() != kSize) {
    const std::string has =
        bytes && !bytes->empty()
            ? "it is " + std::to_string(bytes->size()) + " bytes, written out"
            : "it has " + std::to_string(text.size()) + (text.size() == 1 ? " byte" : " bytes");
    return tl::unexpected(has + ", and a key is 32, as they are or in hexadecimal or base64");
  }
  std::ranges::copy(*bytes, key.begin());
  return CustomerKey(key);
}

std::vector<core::Header> CustomerKey::headers_behind(const std::string& prefix) const {
  return {{prefix + "algorithm", "AES256"},
          {prefix + "key", to_base64(bytes_)},
          {prefix + "key-MD5", md5_in_base64(bytes_)}};
}

std::vector<core::Header> CustomerKey::headers() const {
  return headers_behind("x-amz-server-side-encryption-customer-");
}

std::vector<core::Header> CustomerKey::source_headers() const {
  return headers_behind("x-amz-copy-source-server-side-encryption-customer-");
}

std::string CustomerKey::mark(std::string_view text) const {
  return to_hex(hmac_sha256(bytes_, std::as_bytes(std::span(text))));
}

void add_key(const std::optional<CustomerKey>& key, std::vector<core::Header>& headers) {
  if (!key) return;
  const auto own = key->headers();
  headers.insert(headers.end(), own.begin(), own.end());
}

bool is_private_way(const Place& place) {
  const bool loopback =
      place.host == "localhost" || place.host.ends_with(".localhost") || place.host == "::1";
  if (place.scheme == Scheme::Https || loopback) return true;
  // 127.0.0.0/8, written out
  return place.host.starts_with("127.") &&
         place.host.find_first_not_of("0123456789.") == std::string::npos;
}

bool shows_key_to_proxy(const core::HttpRequest& request) {
  if (request.proxy.empty() || request.url.starts_with("https:")) return false;
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return header.name.ends_with("server-side-encryption-customer-key");
  });
}

}  // namespace xget::remote
