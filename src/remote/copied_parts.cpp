#include "remote/copied_parts.hpp"

#include <utility>

#include "remote/object_head.hpp"
#include "remote/object_version.hpp"
#include "remote/uri_encoding.hpp"

namespace xget::remote {

CopiedParts::CopiedParts(CopiedVersion version, core::Worker& worker)
    : version_(std::move(version)), worker_(worker), alive_(std::make_shared<bool>(true)) {}

CopiedParts::~CopiedParts() = default;

void CopiedParts::prepare(ByteRange range, Ready ready) {
  worker_.soon([this, range, ready = std::move(ready), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) ready(content_of(range));
  });
}

PartContent CopiedParts::content_of(ByteRange range) const {
  const ObjectUrl& object = version_.object;
  const std::string source = own_prefix(object.store) + "copy-source";
  PartContent content;
  std::string path = encoded_path("/" + object.bucket + "/" + object.key);
  const auto query = encoded_query(object.store, query_of_version(version_.version_id));
  if (!query.empty()) path.append("?").append(query);
  content.headers = {{source, std::move(path)}};
  if (!version_.etag.empty()) content.headers.push_back({source + "-if-match", version_.etag});
  if (version_.customer_key) {
    const auto own = version_.customer_key->source_headers();
    content.headers.insert(content.headers.end(), own.begin(), own.end());
  }
  if (range == ByteRange{0, version_.size}) {
    content.digests.md5 = version_.md5;
  } else {
    content.headers.push_back({source + "-range", "bytes=" + std::to_string(range.begin) + "-" +
                                                      std::to_string(range.end - 1)});
  }
  return content;
}

}  // namespace xget::remote
