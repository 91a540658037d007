#include "remote/credential_answers.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/iso_time.hpp"

namespace xget::remote {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 3;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
constexpr const char* kNoObject = "the answer is no JSON object";

// Null where the text is no object, or nests deeper than any answer does.
Json object_in(std::string_view text) {
  bool too_deep = false;
  const auto keep = [&](int depth, Json::parse_event_t, const Json&) {
    too_deep |= depth > kDeepest;
    return !too_deep;
  };
  Json value = Json::parse(text, keep, false);
  return too_deep || !value.is_object() ? Json() : value;
}

// Empty: it is not there, or is no text.
std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Some of AWS's tools wrote "UTC" for "Z".
std::optional<WallTime> time_in(const std::string& text) {
  constexpr std::string_view kUtc = "UTC";
  if (!text.ends_with(kUtc)) return parse_iso_time(text);
  return parse_iso_time(text.substr(0, text.size() - kUtc.size()) + "Z");
}

tl::unexpected<std::string> no_use(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

tl::unexpected<std::string> missing(const char* name) {
  return no_use("the answer has no " + std::string(name));
}

struct Names {
  const char* id;
  const char* secret;
  const char* token;
};

CredentialAnswer keys_in(const Json& object, const Names& names) {
  FetchedCredentials fetched;
  fetched.credentials = {.access_key_id = text_in(object, names.id),
                         .secret_access_key = text_in(object, names.secret),
                         .session_token = text_in(object, names.token)};
  if (fetched.credentials.access_key_id.empty()) return missing(names.id);
  if (fetched.credentials.secret_access_key.empty()) return missing(names.secret);
  return fetched;
}

CredentialAnswer with_end(CredentialAnswer fetched, const Json& object) {
  constexpr const char* kName = "Expiration";
  if (!fetched || !object.contains(kName) || object[kName].is_null()) return fetched;
  fetched->end = time_in(text_in(object, kName));
  if (!fetched->end) return no_use("its Expiration is no time");
  return fetched;
}

}  // namespace

CredentialAnswer parse_command_credentials(std::string_view text) {
  const Json object = object_in(text);
  if (object.is_null()) return no_use("its output is no JSON object");
  if (object.value("Version", Json()) != 1) return no_use("its output is not of Version 1");
  return with_end(keys_in(object, {"AccessKeyId", "SecretAccessKey", "SessionToken"}), object);
}

CredentialAnswer parse_metadata_credentials(std::string_view text) {
  const Json object = object_in(text);
  if (object.is_null()) return no_use(kNoObject);
  const std::string code = text_in(object, "Code");  // EC2's alone
  if (!code.empty() && code != "Success") return no_use("the answer is not of success");
  auto fetched = keys_in(object, {"AccessKeyId", "SecretAccessKey", "Token"});
  if (fetched && fetched->credentials.session_token.empty()) return missing("Token");
  return with_end(std::move(fetched), object);
}

CredentialAnswer parse_sso_credentials(std::string_view text) {
  const Json object = object_in(text);
  if (object.is_null()) return no_use(kNoObject);
  const Json role = object.value("roleCredentials", Json());
  if (!role.is_object()) return missing("roleCredentials");
  auto fetched = keys_in(role, {"accessKeyId", "secretAccessKey", "sessionToken"});
  if (!fetched) return fetched;
  const Json end = role.value("expiration", Json());  // milliseconds since 1970
  if (!end.is_number_integer()) return missing("expiration");
  const auto milliseconds = end.get<std::int64_t>();
  if (milliseconds < 0 || milliseconds / 1000 > kLastSecond) {
    return no_use("its expiration is no time");
  }
  fetched->end = WallTime(std::chrono::seconds(milliseconds / 1000));
  return fetched;
}

tl::expected<SsoToken, std::string> parse_sso_token(std::string_view text) {
  const Json object = object_in(text);
  if (object.is_null()) return no_use("it is no JSON object");
  const auto end = time_in(text_in(object, "expiresAt"));
  if (!end) return no_use("its expiresAt is no time");
  SsoToken token{.token = text_in(object, "accessToken"), .end = *end};
  if (token.token.empty()) return no_use("it has no accessToken");
  return token;
}

}  // namespace xget::remote
