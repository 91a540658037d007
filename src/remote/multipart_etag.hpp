// ETags that are digests. S3 and OSS give an object that was sent at once the MD5 of its bytes for
// an ETag, and one that was sent in parts the MD5 of its parts' MD5s, then "-" and their number.
// They do so unless it is encrypted with keys of the caller's or the key service's (SSE-C,
// SSE-KMS), or was appended to; such an ETag looks the same, so that only one that agrees proves
// something. Thread: any.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace xget::remote {

struct Md5Etag {
  std::string md5;          // 32 hexadecimal digits in lower case
  std::uint64_t parts = 0;  // 0: it is of the bytes themselves
  friend bool operator==(const Md5Etag&, const Md5Etag&) = default;
};

// With or without its quotes, in any case (OSS has capitals). nullopt: it has another form, or is
// weak.
std::optional<Md5Etag> parse_md5_etag(std::string_view etag);

// Whether both are one, of any form: some stores write quotes in one answer and not in the other.
bool same_etag(std::string_view a, std::string_view b);

// Without quotes, as it is compared: "d41d8cd98f00b204e9800998ecf8427e", "…-3".
std::string to_string(const Md5Etag& etag);

// Makes the ETag of an object from its parts' MD5s, in order. Not thread-safe.
class PartsEtag {
 public:
  // nullopt: the system's OpenSSL refuses MD5.
  static std::optional<PartsEtag> create();

  void add(std::span<const std::byte> md5);  // 16 bytes
  // Call once, last, after at least one part.
  Md5Etag finish();

 private:
  explicit PartsEtag(std::unique_ptr<Digester> digester);

  std::unique_ptr<Digester> md5_of_md5s_;
  std::uint64_t parts_ = 0;
};

// Makes the ETag that an object would have from its bytes, in order, in constant memory. Not
// thread-safe.
class EtagOfBytes {
 public:
  // `part_size`: bytes of each part but the last; nullopt: sent at once. nullopt is given where the
  // system's OpenSSL refuses MD5.
  static std::optional<EtagOfBytes> create(std::optional<std::uint64_t> part_size);

  void update(std::span<const std::byte> bytes);
  // Call once, last. An empty object that is sent in parts has one.
  Md5Etag finish();

 private:
  EtagOfBytes(std::unique_ptr<Digester> part, std::optional<PartsEtag> parts,
              std::uint64_t part_size);
  void end_part();

  std::unique_ptr<Digester> part_;  // of the bytes since the last part's end
  std::optional<PartsEtag> parts_;  // nullopt: sent at once
  std::uint64_t part_size_ = 0;
  std::uint64_t in_part_ = 0;  // bytes
};

}  // namespace xget::remote
