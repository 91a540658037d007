// What a Metalink says of the resource that a server says it describes (RFC 6249 section 4).
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "core/source.hpp"
#include "xget/error.hpp"

namespace xget::engine {

// What is known of the version that is being downloaded.
struct DescribedResource {
  std::vector<std::string> urls;  // that led to it, without secrets
  std::uint64_t size = 0;
  std::vector<ExpectedDigest> digests;  // of the whole: the user's, a list's, the server's own
};

// Its pieces are not among them: a sink checks those that it is given before the first write.
struct Description {
  std::vector<core::LinkedMirror> mirrors;  // others than `urls`, by priority
  std::vector<ExpectedDigest> digests;      // of the whole, the strongest first
};

// The Metalink's entry for the resource: the one that lists one of its URLs, else the one that is
// called as they end. Fails with Usage, and says why, where the document is no Metalink, has no
// such entry, or means another version: by its size, or by a digest that contradicts a known one.
Result<Description> read_description(std::string_view metalink, const DescribedResource& resource);

}  // namespace xget::engine
