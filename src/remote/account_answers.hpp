// Where a bucket is (LocationConstraint of S3 and OSS), and credentials for a while
// (AssumeRoleWithWebIdentityResponse of AWS, AssumeRoleWithOIDCResponse of Alibaba Cloud).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
// https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

// The region as endpoints and signatures name it: "us-east-1", which S3 leaves empty, "eu-west-1",
// which it once called EU, "cn-hangzhou", which OSS calls oss-cn-hangzhou. An answer that names
// none (is_region) is of no use.
Answer<std::string> parse_location(std::string_view document);

// Secrets: no error tells them, and whoever holds them keeps them out of the log.
struct RoleCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::optional<WallTime> expiration;  // never nullopt
};

Answer<RoleCredentials> parse_role_credentials(std::string_view document);

}  // namespace xget::remote
