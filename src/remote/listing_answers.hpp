// What a bucket holds and which buckets there are: ListBucketResult (ListObjectsV2 and V1) and
// ListAllMyBucketsResult of S3 and OSS.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/listobjectsv2
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

// One object. Texts that the store did not send are empty.
struct ListedObject {
  std::string key;  // the raw bytes, never empty
  std::uint64_t size = 0;
  std::optional<WallTime> modified;
  std::string etag;  // as given (multipart_etag.hpp reads it)
  std::string storage_class;
  std::string type;           // OSS: Normal, Multipart, Appendable, Symlink
  std::string checksum_type;  // S3: FULL_OBJECT, COMPOSITE
};

// A common prefix: what stands below the delimiter, as one.
struct ListedFolder {
  std::string prefix;  // ends with the delimiter
};

// How a listing goes on: by a token of the store's (ListObjectsV2), or by the last name of the page
// (ListObjects, the first version). Where the store is Ceph's gateway, markers alone lead past
// every key: its tokens are keys, unescaped, and so cannot be read after one with control
// characters.
enum class ListingSteps { Tokens, Markers };

// What was asked, as far as the answer is judged by it.
struct ListingQuestion {
  std::string prefix;  // raw; what was asked for begins with it
  std::string from;    // the continuation-token or the marker; empty: it was the first request
  ListingSteps steps = ListingSteps::Tokens;
  // OSS escapes the continuation token too when keys are escaped; S3's has "+" of its own.
  bool tokens_are_escaped = false;
};

// One page, in the store's order.
struct ObjectListing {
  std::vector<ListedObject> objects;
  std::vector<ListedFolder> folders;
  std::optional<std::string> next;  // the next request's `from`; nullopt: that was all
};

// Keys come unescaped if the document says that they are escaped (encoding-type=url). Besides what
// is malformed, it refuses names that do not begin with the prefix, since whoever asked may be
// about to delete what is there, and a page that is cut but does not say how to go on, or that goes
// on where it began: a listing that ended there would be taken for the whole.
Answer<ObjectListing> parse_object_listing(std::string_view document,
                                           const ListingQuestion& question);

struct ListedBucket {
  std::string name;
  std::optional<WallTime> created;
  std::string region;  // "eu-west-1", "cn-hangzhou"; not proven to be one (is_region)
};

struct BucketListing {
  std::vector<ListedBucket> buckets;
  std::optional<std::string> next;  // likewise: S3's continuation token, OSS's marker
};

Answer<BucketListing> parse_bucket_listing(std::string_view document, std::string_view from);

}  // namespace xget::remote
