// The XML that stores are sent. CompleteMultipartUpload and Delete are the same for S3 and OSS;
// CreateBucketConfiguration is S3's, since a bucket of OSS is where its endpoint is.
// Thread: any; pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "xget/error.hpp"

namespace xget::remote {

inline constexpr std::size_t kMostDeleted = 1'000;  // keys of one request

// A part as it was sent.
struct SentPart {
  std::uint64_t number = 0;  // from 1
  std::string etag;          // as the store gave it
  // S3: the name of an element and its base64, where parts went with checksums ("ChecksumCRC32C").
  // Empty: none.
  std::string checksum_element;
  std::string checksum;
};

// `parts` by number, none twice: a bug otherwise.
std::string complete_upload_body(std::span<const SentPart> parts);

// Whether XML 1.0 (section 2.2) can carry it: no control characters but tab, line feed and carriage
// return, no broken UTF-8, neither U+FFFE nor U+FFFF. What it cannot carry is deleted one by one.
bool fits_xml(std::string_view text);

// At most kMostDeleted keys: a bug otherwise. Fails with Usage for a key that does not fit, by its
// name.
Result<std::string> delete_body(std::span<const std::string> keys, bool quiet);

// Empty, so no body at all, for the region that a bucket is in if nothing is said: "us-east-1", or
// none.
std::string create_bucket_body(std::string_view region);

// Text for an element: what a reader would take for markup or change (line breaks) as references.
std::string xml_escaped(std::string_view text);

}  // namespace xget::remote
