#include "remote/object_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
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

std::string in_base64(const std::string& hex) {
  const auto bytes = parse_hex(hex);
  return bytes ? to_base64(*bytes) : "";
}

// "x-amz-meta-NAME" → "NAME"; nullopt: it is none.
std::optional<std::string> metadata_name(const std::string& field) {
  for (const std::string_view prefix : {"x-amz-meta-", "x-oss-meta-"}) {
    if (lower_case(field).starts_with(prefix)) return field.substr(prefix.size());
  }
  return std::nullopt;
}

bool describes_content(const std::string& field) {
  constexpr std::array kFields{"Content-Type",        "Content-Encoding", "Content-Language",
                               "Content-Disposition", "Cache-Control",    "Expires"};
  return std::any_of(kFields.begin(), kFields.end(),
                     [&](const char* name) { return equals_ignoring_case(field, name); });
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
  if (sha256.empty()) sha256 = in_base64(recorded_sha256(answer));
  if (!sha256.empty()) head.headers.push_back({"Repr-Digest", "sha-256=:" + sha256 + ":"});
  return head;
}

std::string own_prefix(StoreKind store) { return store == StoreKind::S3 ? "x-amz-" : "x-oss-"; }

std::string recorded_sha256(const core::ResponseHead& answer) {
  for (const StoreKind store : {StoreKind::S3, StoreKind::Oss}) {
    const auto said = answer.find(own_prefix(store) + "meta-" + kSha256Name);
    const auto bytes = said ? parse_hex(trim(*said)) : std::nullopt;
    if (bytes && bytes->size() == kSha256Bytes) return to_hex(*bytes);
  }
  return "";
}

std::vector<core::Header> headers_of_copy(const core::ResponseHead& answer, StoreKind to) {
  std::vector<core::Header> headers;
  for (const core::Header& field : answer.headers) {
    const auto name = metadata_name(field.name);
    if (name && !lower_case(*name).starts_with("xget-")) {
      headers.push_back({own_prefix(to) + "meta-" + *name, field.value});
    } else if (!name && describes_content(field.name) && !field.value.empty()) {
      headers.push_back(field);
    }
  }
  return headers;
}

std::vector<core::Header> laid_over(std::vector<core::Header> own,
                                    const std::vector<core::Header>& given) {
  std::erase_if(own, [&](const core::Header& field) {
    return std::any_of(given.begin(), given.end(), [&](const core::Header& other) {
      return equals_ignoring_case(field.name, other.name);
    });
  });
  own.insert(own.end(), given.begin(), given.end());
  return own;
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
