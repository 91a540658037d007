// Keys and query parameters as they go over the wire, which is also the form that is signed: made
// once, by the functions here, so that the two cannot drift apart.
//
// Both stores sign the text in which all but RFC 3986's unreserved characters are %XX, in capitals,
// and the parameters sorted (S3: "Signature Calculations for the Authorization Header", UriEncode
// and CanonicalQueryString; OSS: "Include a V4 signature in the Authorization header"). What is
// sent in that very form needs no second one. Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remote/store_kind.hpp"

namespace xget::remote {

struct QueryParameter {  // raw bytes, neither encoded
  std::string name;
  std::string value;  // may be empty, as in "?uploads"
  friend bool operator==(const QueryParameter&, const QueryParameter&) = default;
};

// A key, or a bucket and a key, as a path: slashes stay.
std::string encoded_path(std::string_view raw);

// Without "?"; empty if there is no parameter. Sorted by the encoded names, then by the encoded
// values. A parameter without a value is "name=" for S3 and "name" for OSS, as each signs it.
std::string encoded_query(StoreKind store, const std::vector<QueryParameter>& parameters);

}  // namespace xget::remote
