#include "remote/credential_requests.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "net/url.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kMetadataPath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kMetadataTokenHeader = "X-aws-ec2-metadata-token";
constexpr std::string_view kMetadataTokenSeconds = "21600";  // the longest that it may be good for

using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;

class TextBody final : public core::RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::string_view rest = std::string_view(text_).substr(offset, into.size());
    std::memcpy(into.data(), rest.data(), rest.size());
    return rest.size();
  }

 private:
  const std::string text_;
};

// Those without a value are left out.
std::string encoded(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    if (!text.empty()) text += '&';
    text += std::string(name) + "=" + percent_encoded(value);
  }
  return text;
}

// RFC 9110 section 5.5, without what only some recipients take.
bool fits_header(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

CredentialRequest request_to(core::Method method, const std::string& url,
                             std::vector<core::Header> headers) {
  const auto parsed = net::parse_url(url);
  if (!parsed) return tl::unexpected<std::string>("its URL: " + parsed.error().cause);
  if (!parsed->user_password.empty()) {
    return tl::unexpected<std::string>("its URL has a user's name");
  }
  for (const core::Header& header : headers) {
    if (!fits_header(header.value)) {
      return tl::unexpected<std::string>("a token holds what no header field can");
    }
  }
  return core::HttpRequest{.method = method, .url = parsed->text, .headers = std::move(headers)};
}

CredentialRequest sts_request(const TokenService& service, const std::string& form) {
  auto request = request_to(core::Method::Post, service.url + "/",
                            {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}});
  if (request) request->body = std::make_shared<TextBody>(form);
  return request;
}

Place place_of(const net::Url& url) {
  return {.store = StoreKind::S3,
          .scheme = url.origin.scheme == "https" ? Scheme::Https : Scheme::Http,
          .host = url.origin.host,
          .port = url.origin.port,
          .path = url.path,
          .canonical_path = url.path};
}

}  // namespace

CredentialRequest assume_role_request(const TokenService& service, const RoleToAssume& role,
                                      const Credentials& credentials, WallTime now) {
  const std::string form = encoded({{"Action", "AssumeRole"},
                                    {"Version", "2011-06-15"},
                                    {"RoleArn", role.arn},
                                    {"RoleSessionName", role.session_name},
                                    {"ExternalId", role.external_id},
                                    {"DurationSeconds", role.duration_seconds}});
  auto request = sts_request(service, form);
  if (!request) return request;
  const auto signature = signature_headers(
      {.method = "POST",
       .place = place_of(*net::parse_url(request->url)),
       .query = {},
       .headers = request->headers,
       .also_signed = {},
       .payload = Payload::hashed(sha256(std::as_bytes(std::span(form))))},
      {.credentials = credentials, .region = service.region, .service = "sts"}, now);
  request->headers.insert(request->headers.end(), signature.begin(), signature.end());
  return request;
}

CredentialRequest web_identity_request(const TokenService& service, const RoleToAssume& role,
                                       std::string_view token) {
  return sts_request(service, encoded({{"Action", "AssumeRoleWithWebIdentity"},
                                       {"Version", "2011-06-15"},
                                       {"RoleArn", role.arn},
                                       {"RoleSessionName", role.session_name},
                                       {"WebIdentityToken", token}}));
}

CredentialRequest sso_request(const SsoRole& role, const std::string& token) {
  return request_to(core::Method::Get,
                    role.url + "/federation/credentials?" +
                        encoded({{"role_name", role.role_name}, {"account_id", role.account_id}}),
                    {{"x-amz-sso_bearer_token", token}});
}

CredentialRequest container_request(const std::string& url, const std::string& token) {
  std::vector<core::Header> headers{{"Accept", "application/json"}};
  if (!token.empty()) headers.push_back({"Authorization", token});
  return request_to(core::Method::Get, url, std::move(headers));
}

CredentialRequest metadata_token_request(const MachineMetadata& machine) {
  return request_to(
      core::Method::Put, machine.url + "/latest/api/token",
      {{std::string(kMetadataTokenHeader) + "-ttl-seconds", std::string(kMetadataTokenSeconds)}});
}

CredentialRequest metadata_role_request(const MachineMetadata& machine, const std::string& token) {
  return metadata_credentials_request(machine, token, "");
}

CredentialRequest metadata_credentials_request(const MachineMetadata& machine,
                                               const std::string& token, std::string_view role) {
  return request_to(core::Method::Get,
                    machine.url + std::string(kMetadataPath) + percent_encoded(role),
                    {{std::string(kMetadataTokenHeader), token}});
}

}  // namespace xget::remote
