// s3://BUCKET/KEY and oss://BUCKET/KEY: objects as their users name them.
//
// The key is what stands after the bucket's slash, byte for byte: no escape is decoded, and "?",
// "#" or a second "/" are part of it, since stores keep such keys and their own tools print them
// so. Thread: any; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "remote/store_kind.hpp"
#include "xget/error.hpp"

namespace xget::remote {

inline constexpr std::size_t kLongestKey = 1024;  // bytes

struct ObjectUrl {
  StoreKind store = StoreKind::S3;
  std::string bucket;
  std::string key;  // raw bytes, at most kLongestKey; empty: the bucket itself
  friend bool operator==(const ObjectUrl&, const ObjectUrl&) = default;
};

// Whether it begins with "s3://" or "oss://", in any case, and so is none for HTTP.
bool is_object_url(std::string_view text);

// Fails with Usage: another scheme, a bucket's name that the store cannot have, a key that is too
// long. S3: 3 to 255 letters, digits, "-", "." and "_", which takes in the names of old buckets and
// of other makers' stores; fits_host_name says which of them new ones have ("Bucket naming rules"
// of its guide). OSS: 3 to 63 lower-case letters, digits and "-"; its keys don't begin with a
// slash.
Result<ObjectUrl> parse_object_url(std::string_view text);

// "s3://bucket/key". Read again it is the same object.
std::string to_text(const ObjectUrl& url);

// Whether the key is what `place` names as a tree: that very key, or one below "PLACE/". Of "logs"
// these are "logs" and "logs/a", and not "logs2"; of "logs/", and of nothing at all, what begins
// so.
bool is_at_or_below(std::string_view key, std::string_view place);

// Whether the bucket's name may stand in front of a host name: 3 to 63 lower-case letters, digits,
// "-" and ".", of which neither of the latter two stands at an end or beside a ".", and no address.
bool fits_host_name(std::string_view bucket);

}  // namespace xget::remote
