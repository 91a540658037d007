#include "remote/account_answers.hpp"

#include <utility>

#include "remote/answer_reader.hpp"
#include "remote/endpoint.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kLocation = "LocationConstraint";

}  // namespace

Answer<std::string> parse_location(std::string_view document) {
  struct Location {
    std::string region;
  } location;
  AnswerForm form{kLocation};
  form.one<Location>("", location, {{"", &Location::region}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  constexpr std::string_view kOss = "oss-";
  if (location.region.empty()) return "us-east-1";
  if (location.region == "EU") return "eu-west-1";
  if (location.region.starts_with(kOss)) location.region.erase(0, kOss.size());
  if (!is_region(location.region)) return useless_answer(kLocation, "it names no region");
  return std::move(location.region);
}

Answer<RoleCredentials> parse_role_credentials(std::string_view document) {
  RoleCredentials credentials;
  AnswerForm form{"AssumeRoleWithWebIdentityResponse", "AssumeRoleWithOIDCResponse",
                  "AssumeRoleResponse"};
  const std::vector<AnswerField<RoleCredentials>> fields{
      {"AccessKeyId", &RoleCredentials::access_key_id, true},
      {"SecretAccessKey", &RoleCredentials::secret_access_key},
      {"AccessKeySecret", &RoleCredentials::secret_access_key},
      {"SessionToken", &RoleCredentials::session_token},
      {"SecurityToken", &RoleCredentials::session_token},
      {"Expiration", &RoleCredentials::expiration, true},
  };
  form.one<RoleCredentials>("AssumeRoleWithWebIdentityResult/Credentials", credentials, fields);
  form.one<RoleCredentials>("AssumeRoleResult/Credentials", credentials, fields);
  form.one<RoleCredentials>("Credentials", credentials, fields);
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() ||
      credentials.session_token.empty()) {
    return useless_answer(form.roots().front(), "it has no whole credentials");
  }
  return credentials;
}

}  // namespace xget::remote
