// Which protocol an object store speaks, and over what.
#pragma once

namespace xget::remote {

enum class StoreKind {
  S3,   // Amazon's, and whatever is compatible with it
  Oss,  // Alibaba Cloud Object Storage Service
};

enum class Scheme { Http, Https };

}  // namespace xget::remote
