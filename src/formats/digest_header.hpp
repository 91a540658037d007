// The header fields in which a server says a digest: Repr-Digest and Content-Digest (RFC 9530),
// Digest (RFC 3230), Content-MD5 (RFC 1864). What they are digests of is the caller's to know:
// those of the content are of a 206 response's part alone.
//
// What a server may say by registered name counts: SHA-512, SHA-256, SHA-1, MD5. Its checksums
// against chance (adler32, crc32c, unixsum) do not. Nothing fails: what is malformed says nothing.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace xget::formats {

// All of a response's Repr-Digest fields, or of its Content-Digest fields: a structured dictionary
// of byte sequences (RFC 9530 section 2, RFC 9651 section 3.2), "sha-256=:BASE64:". The strongest
// first, the last one of each algorithm. Empty if the fields are no such dictionary.
std::vector<ExpectedDigest> parse_digest_dictionary(std::span<const std::string_view> fields);

// All of a response's Digest fields: "SHA-256=BASE64,MD5=BASE64". Likewise, but only what is
// malformed is left out.
std::vector<ExpectedDigest> parse_instance_digests(std::span<const std::string_view> fields);

// The value of Content-MD5.
std::optional<ExpectedDigest> parse_content_md5(std::string_view value);

}  // namespace xget::formats
