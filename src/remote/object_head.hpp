// The heads of requests for objects and of their answers, between plain HTTP and what stores say.
// Thread: any; pure.
#pragma once

#include <string>
#include <vector>

#include "core/http_message.hpp"
#include "remote/store_kind.hpp"

namespace xget::remote {

// What uploads record in an object's metadata, behind "x-amz-meta-" or "x-oss-meta-".
inline constexpr const char* kSha256Name = "xget-sha256";  // of its bytes, 64 hexadecimal digits
inline constexpr const char* kPartSizeName = "xget-part-size";  // in which it was sent, bytes
inline constexpr const char* kTokenName = "xget-upload";        // which upload made it

// "x-amz-" or "x-oss-".
std::string own_prefix(StoreKind store);

// If-Range becomes If-Match, or If-Unmodified-Since where it has a date: stores answer 412 to
// another version then, where If-Range would bring all of that one. What S3 may say of digests is
// asked for (x-amz-checksum-mode).
std::vector<core::Header> object_fields(const std::vector<core::Header>& fields, StoreKind store);

// Content-Encoding goes: it is what the uploader said of the bytes, and these are the bytes. A
// digest of the whole object, by the store (x-amz-checksum-sha256) or by our upload's metadata,
// becomes Repr-Digest (RFC 9530).
core::ResponseHead plain_head(const core::ResponseHead& answer);

// What an upload recorded, 64 hexadecimal digits; empty: nothing.
std::string recorded_sha256(const core::ResponseHead& answer);

// What a copy in a store of that kind says of itself as the object does whose head this is: its
// media type and the like, and its metadata but for xget's own, which are of one upload.
std::vector<core::Header> headers_of_copy(const core::ResponseHead& answer, StoreKind to);

// `given` goes before `own`.
std::vector<core::Header> laid_over(std::vector<core::Header> own,
                                    const std::vector<core::Header>& given);

// Whether an ETag may be an MD5 of the bytes: none is of what the store encrypts with keys of its
// key service (SSE-KMS) or of the caller's (SSE-C), which a bucket may have asked for unasked.
bool may_have_md5_etag(const core::ResponseHead& answer);

}  // namespace xget::remote
