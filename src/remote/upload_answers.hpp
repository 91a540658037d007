// What stores answer while objects are written, copied and deleted: the steps of a multipart
// upload, CopyObjectResult, CopyPartResult, DeleteResult. All of them may be an Error within a 200,
// which is told as the refusal that it is.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/multipart-upload-operations
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

// InitiateMultipartUploadResult
struct BegunUpload {
  std::string upload_id;  // never empty
};
Answer<BegunUpload> parse_begun_upload(std::string_view document);

// The checksums that S3 and OSS may say of a part or an object, in base64 but for OSS's, which is
// decimal digits. Empty: not said.
struct StoreChecksums {
  std::string crc32;
  std::string crc32c;
  std::string crc64nvme;
  std::string sha1;
  std::string sha256;
  std::string crc64;  // OSS: CRC-64/XZ
};

struct ListedPart : StoreChecksums {
  std::uint64_t number = 0;  // from 1
  std::uint64_t size = 0;
  std::string etag;  // as given, never empty
  std::optional<WallTime> modified;
};

// ListPartsResult: one page.
struct PartListing {
  std::vector<ListedPart> parts;  // by number, none twice
  std::optional<std::uint64_t>
      next;  // the next request's part-number-marker; nullopt: that was all
};
// `from`: the part-number-marker of this request; a page must go on beyond it.
Answer<PartListing> parse_part_listing(std::string_view document, std::uint64_t from);

struct ListedUpload {
  std::string key;
  std::string upload_id;
  std::optional<WallTime> begun;
  std::string storage_class;
};

struct UploadMarker {
  std::string key;
  std::string upload_id;
  friend bool operator==(const UploadMarker&, const UploadMarker&) = default;
};

// ListMultipartUploadsResult: one page.
struct UploadListing {
  std::vector<ListedUpload> uploads;
  std::optional<UploadMarker> next;  // the next request's markers; nullopt: that was all
};
Answer<UploadListing> parse_upload_listing(std::string_view document, const UploadMarker& from);

// CompleteMultipartUploadResult
struct FinishedUpload : StoreChecksums {
  std::string etag;  // as given; empty: not said, as by Ceph's gateway, so that HEAD must tell
  std::string checksum_type;  // S3: FULL_OBJECT, COMPOSITE
};
Answer<FinishedUpload> parse_finished_upload(std::string_view document);

// CopyObjectResult, CopyPartResult
struct FinishedCopy {
  std::string etag;  // as given, never empty
  std::optional<WallTime> modified;
};
Answer<FinishedCopy> parse_finished_copy(std::string_view document);

struct UndeletedKey {
  std::string key;
  std::string code;
  std::string message;
};
struct DeletedKey {
  std::string key;
};

// DeleteResult. A quiet one names the failures alone, and OSS then sends nothing at all.
struct DeletedKeys {
  std::vector<DeletedKey> deleted;
  std::vector<UndeletedKey> failed;
};
Answer<DeletedKeys> parse_deleted_keys(std::string_view document, bool quiet);

}  // namespace xget::remote
