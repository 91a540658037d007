#include "remote/object_head.hpp"

#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kSha256Base64 = 44;
constexpr std::size_t kSha256Bytes = 32;

// Of a multipart object the checksum may be one of its parts' checksums, "BASE64-N".
std::string whole_sha256(const core::ResponseHead& answer) {
  const auto composite = answer.find("x-amz-checksum-type");
  const auto said = answer.find("x-amz-checksum-sha256");
  if (!said || said->size() != kSha256Base64) return "";
  if (composite && equals_ignoring_case(*composite, "COMPOSITE")) return "";
  return std::string(*said);
}

std::string recorded_sha256(const core::ResponseHead& answer) {
  for (const char* prefix : {"x-amz-meta-", "x-oss-meta-"}) {
    const auto said = answer.find(std::string(prefix) + kSha256Name);
    const auto bytes = said ? parse_hex(trim(*said)) : std::nullopt;
    if (bytes && bytes->size() == kSha256Bytes) return to_base64(*bytes);
  }
  return "";
}

}  // namespace

std::vector<core::Header> object_fields(const std::vector<core::Header>& fields, StoreKind store) {
  std::vector<core::Header> asked;
  for (const core::Header& field : fields) {
    if (!equals_ignoring_case(field.name, "If-Range")) {
      asked.push_back(field);
      continue;
    }
    const bool is_tag = field.value.starts_with('"');
    asked.push_back({is_tag ? "If-Match" : "If-Unmodified-Since", field.value});
  }
  if (store == StoreKind::S3) asked.push_back({"x-amz-checksum-mode", "ENABLED"});
  return asked;
}

core::ResponseHead plain_head(const core::ResponseHead& answer) {
  core::ResponseHead head = answer;
  std::erase_if(head.headers, [](const core::Header& field) {
    return equals_ignoring_case(field.name, "Content-Encoding");
  });
  std::string sha256 = whole_sha256(answer);
  if (sha256.empty()) sha256 = recorded_sha256(answer);
  if (!sha256.empty()) head.headers.push_back({"Repr-Digest", "sha-256=:" + sha256 + ":"});
  return head;
}

bool may_have_md5_etag(const core::ResponseHead& answer) {
  for (const std::string prefix : {"x-amz-", "x-oss-"}) {
    if (answer.find(prefix + "server-side-encryption-customer-algorithm")) return false;
    const auto said = answer.find(prefix + "server-side-encryption");
    if (said && !equals_ignoring_case(*said, "AES256")) return false;
  }
  return true;
}

}  // namespace xget::remote
