// What stores are asked besides downloads, uploads and listings: of one object, and of buckets.
//
// URLs are s3://BUCKET/KEY or oss://BUCKET/KEY, of which the key is taken byte for byte.
// Threads: any; each call blocks until the store has answered, asked again as for a download, and
// ends at Session::interrupt(). The session must outlive it.
// Errors: Usage before anything is asked (no such URL, nobody is known who could ask), Refused by
// the store, Network, Interrupted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xget/error.hpp"

namespace xget {

class Session;

struct ObjectQuestion {
  std::string url;
  std::string version_id;  // empty: the version that is there now
};

// What the store says of an object, without its bytes. Texts are as the store wrote them, and may
// be anything; what it did not say is empty.
struct ObjectFacts {
  using Fields = std::vector<std::pair<std::string, std::string>>;  // name and value

  std::uint64_t size = 0;  // bytes
  std::optional<std::chrono::sys_seconds> modified;
  std::string etag;  // with its quotes
  std::string content_type;
  std::string storage_class;  // empty: the store's usual one
  std::string version_id;
  std::string encryption;  // at the store: "AES256", "aws:kms"
  std::string restore;     // of an archived object: whether it is being, or is, brought back
  Fields content;          // Content-Encoding and the like, Cache-Control, Expires
  Fields checksums;        // "sha256" and its base64; OSS's "crc64" is a decimal number
  Fields metadata;         // the user's own, without "x-amz-meta-"
  Fields others;           // what else the store says of it, without "x-amz-"
};
Result<ObjectFacts> look_at_object(Session& session, const ObjectQuestion& object);

inline constexpr std::chrono::seconds kLongestPresigned = std::chrono::days(7);

struct PresignSpec {
  ObjectQuestion object;                                  // it need not be there
  std::chrono::seconds lifetime = std::chrono::hours(1);  // 1 s to kLongestPresigned
  bool put = false;                                       // to send the object; else to fetch it
};
// A URL by which anybody can do that for a while, as whoever it was signed for.
struct PresignedUrl {
  std::string url;         // a secret
  bool temporary = false;  // the credentials are, and the URL ends with them if not before
  std::optional<std::chrono::sys_seconds> credentials_end;  // nullopt: never, or nobody said
};
// Nothing is asked of the store but, of Amazon's, the bucket's region.
Result<PresignedUrl> presign(Session& session, const PresignSpec& spec);

struct Bucket {
  std::string name;
  std::string url;  // s3://NAME
  std::optional<std::chrono::sys_seconds> created;
  std::string region;  // as the store says, if it does
};
// Those of whoever asks. `store`: s3:// or oss://
Result<std::vector<Bucket>> list_buckets(Session& session, const std::string& store);

// At s3://BUCKET or oss://BUCKET, in the region that is set for the session's stores. Fails with
// Exists where somebody has one of that name.
Result<void> make_bucket(Session& session, const std::string& url);
// Fails with Refused where it is not empty.
Result<void> remove_bucket(Session& session, const std::string& url);

}  // namespace xget
