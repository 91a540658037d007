#include "remote/signature.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <string_view>
#include <utility>

#include "base/hmac.hpp"
#include "base/text.hpp"
#include "net/url.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// The words in which the two versions differ.
struct Words {
  std::string_view service;
  std::string_view algorithm;
  std::string_view secret_prefix;
  std::string_view scope_end;
  std::string_view header_prefix;  // of the fields that the store itself reads
  // Between the parts of Authorization, and what names the signed fields there.
  std::string_view separator;
  std::string_view signed_names;
  // Parameters of a presigned URL.
  std::string_view algorithm_parameter;
  std::string_view credential_parameter;
  std::string_view date_parameter;
  std::string_view expires_parameter;
  std::string_view signed_names_parameter;
  std::string_view token_parameter;
  std::string_view signature_parameter;
};

constexpr Words kS3{"s3",
                    "AWS4-HMAC-SHA256",
                    "AWS4",
                    "aws4_request",
                    "x-amz-",
                    ", ",
                    "SignedHeaders",
                    "X-Amz-Algorithm",
                    "X-Amz-Credential",
                    "X-Amz-Date",
                    "X-Amz-Expires",
                    "X-Amz-SignedHeaders",
                    "X-Amz-Security-Token",
                    "X-Amz-Signature"};

constexpr Words kOss{"oss",
                     "OSS4-HMAC-SHA256",
                     "aliyun_v4",
                     "aliyun_v4_request",
                     "x-oss-",
                     ",",
                     "AdditionalHeaders",
                     "x-oss-signature-version",
                     "x-oss-credential",
                     "x-oss-date",
                     "x-oss-expires",
                     "x-oss-additional-headers",
                     "x-oss-security-token",
                     "x-oss-signature"};

const Words& words_of(StoreKind store) { return store == StoreKind::S3 ? kS3 : kOss; }

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

// 20130524T000000Z
std::string basic_time(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss of_day(time - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  return two_digits(year / 100) + two_digits(year % 100) +
         two_digits(static_cast<unsigned>(date.month())) +
         two_digits(static_cast<unsigned>(date.day())) + "T" +
         two_digits(static_cast<unsigned>(of_day.hours().count())) +
         two_digits(static_cast<unsigned>(of_day.minutes().count())) +
         two_digits(static_cast<unsigned>(of_day.seconds().count())) + "Z";
}

// ---- header fields --------------------------------------------------------------------------

// Hops, libraries and the stores' own front ends set or change these, which no signature survives.
constexpr std::array<std::string_view, 12> kChangedOnTheWay{
    "accept-encoding",   "authorization",    "connection", "expect",
    "keep-alive",        "proxy-connection", "te",         "trailer",
    "transfer-encoding", "upgrade",          "user-agent", "x-amzn-trace-id"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// OSS signs these whenever they are there, and they have no business in AdditionalHeaders.
bool is_always_signed_by_oss(std::string_view name) {
  return name.starts_with(kOss.header_prefix) || name == "content-type" || name == "content-md5";
}

// S3 trims and folds white space; OSS trims alone.
std::string canonical_value(StoreKind store, std::string_view value) {
  constexpr std::string_view kWhite = " \t\r\n";
  std::string folded;
  while (true) {
    value.remove_prefix(std::min(value.find_first_not_of(kWhite), value.size()));
    if (value.empty()) return folded;
    const auto end = store == StoreKind::S3 ? std::min(value.find_first_of(kWhite), value.size())
                                            : value.find_last_not_of(kWhite) + 1;
    if (!folded.empty()) folded += ' ';
    folded += value.substr(0, end);
    value.remove_prefix(end);
  }
}

struct CanonicalHeaders {
  std::string lines;  // "name:value\n" of each that is signed
  std::string names;  // parted by ";": S3 lists all of them, OSS those that it was asked to sign
};

// The fields of that list which are signed, names in lower case, sorted by name and otherwise as
// they came.
std::vector<core::Header> signed_fields(const RequestToSign& request,
                                        const std::vector<core::Header>& added) {
  std::vector<std::string> also;
  for (const std::string& name : request.also_signed) also.push_back(lower_case(name));
  const StoreKind store = request.place.store;
  const auto is_signed = [&](const std::string& name) {
    if (store == StoreKind::Oss) return is_always_signed_by_oss(name) || contains(also, name);
    return std::find(kChangedOnTheWay.begin(), kChangedOnTheWay.end(), name) ==
           kChangedOnTheWay.end();
  };
  std::vector<core::Header> fields;
  const auto take = [&](const core::Header& header) {
    std::string name = lower_case(header.name);
    if (is_signed(name)) fields.push_back({std::move(name), canonical_value(store, header.value)});
  };
  take({"host", authority(request.place)});
  for (const core::Header& header : request.headers) take(header);
  for (const core::Header& header : added) take(header);
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& one, const auto& other) { return one.name < other.name; });
  return fields;
}

CanonicalHeaders canonical_headers(const RequestToSign& request,
                                   const std::vector<core::Header>& added) {
  CanonicalHeaders canonical;
  const bool lists_all = request.place.store == StoreKind::S3;
  std::string_view before;
  const auto fields = signed_fields(request, added);
  for (const core::Header& field : fields) {
    if (field.name == before) {
      canonical.lines.back() = ',';  // in place of the line's end
      canonical.lines += field.value + "\n";
      continue;
    }
    before = field.name;
    canonical.lines += field.name + ":" + field.value + "\n";
    if (!lists_all && is_always_signed_by_oss(field.name)) continue;
    if (!canonical.names.empty()) canonical.names += ';';
    canonical.names += field.name;
  }
  return canonical;
}

// ---- the signature --------------------------------------------------------------------------

// One request at one moment.
class Signing {
 public:
  Signing(const RequestToSign& request, const Signer& signer, WallTime now)
      : request_(request),
        signer_(signer),
        words_(words_of(request.place.store)),
        timestamp_(basic_time(now)),
        service_(signer.service.empty() ? words_.service : signer.service),
        scope_(day() + "/" + signer.region + "/" + service_ + "/" + std::string(words_.scope_end)) {
  }

  [[nodiscard]] const Words& words() const { return words_; }
  [[nodiscard]] const std::string& timestamp() const { return timestamp_; }
  [[nodiscard]] std::string credential() const {
    return signer_.credentials.access_key_id + "/" + scope_;
  }
  // In hex. The query is encoded.
  [[nodiscard]] std::string signature(std::string_view query, const CanonicalHeaders& headers,
                                      std::string_view payload) const;

 private:
  [[nodiscard]] std::string day() const { return timestamp_.substr(0, 8); }
  [[nodiscard]] Sha256 key() const;

  const RequestToSign& request_;
  const Signer& signer_;
  const Words& words_;
  std::string timestamp_;
  std::string service_;
  std::string scope_;
};

// Anew for each request: 3 of the 7 µs that a signature takes, where a request costs some 150. A
// key that was kept would be one more secret in memory, and would have to go at midnight.
Sha256 Signing::key() const {
  const std::string secret =
      std::string(words_.secret_prefix) + signer_.credentials.secret_access_key;
  Sha256 key = hmac_sha256(bytes_of(secret), bytes_of(day()));
  for (const std::string_view part :
       {std::string_view(signer_.region), std::string_view(service_), words_.scope_end}) {
    key = hmac_sha256(key, bytes_of(part));
  }
  return key;
}

std::string Signing::signature(std::string_view query, const CanonicalHeaders& headers,
                               std::string_view payload) const {
  std::string canonical = request_.method + "\n" + request_.place.canonical_path + "\n";
  canonical.append(query).append("\n");
  canonical += headers.lines + "\n" + headers.names + "\n";
  canonical += payload;
  const std::string to_sign = std::string(words_.algorithm) + "\n" + timestamp_ + "\n" + scope_ +
                              "\n" + to_hex(sha256(bytes_of(canonical)));
  return to_hex(hmac_sha256(key(), bytes_of(to_sign)));
}

std::string payload_text(const RequestToSign& request) {
  if (request.place.store == StoreKind::Oss) return std::string(kUnsignedPayload);
  assert(request.payload.is_hashed() || request.place.scheme == Scheme::Https);
  return request.payload.text();
}

}  // namespace

Payload::Payload() : digest_(sha256({})) {}

Payload Payload::hashed(const Sha256& digest) { return Payload(digest); }

std::optional<Payload> Payload::unhashed(Scheme scheme) {
  if (scheme != Scheme::Https) return std::nullopt;
  return Payload(std::nullopt);
}

std::string Payload::text() const {
  return digest_ ? to_hex(*digest_) : std::string(kUnsignedPayload);
}

std::vector<core::Header> signature_headers(const RequestToSign& request, const Signer& signer,
                                            WallTime now) {
  const Signing signing(request, signer, now);
  const Words& words = signing.words();
  const std::string prefix(words.header_prefix);
  const std::string payload = payload_text(request);
  std::vector<core::Header> added{{prefix + "content-sha256", payload},
                                  {prefix + "date", signing.timestamp()}};
  if (const std::string& token = signer.credentials.session_token; !token.empty()) {
    added.push_back({prefix + "security-token", token});
  }
  const CanonicalHeaders headers = canonical_headers(request, added);
  const std::string query = encoded_query(request.place.store, request.query);
  std::string value = std::string(words.algorithm) + " Credential=" + signing.credential();
  const auto add = [&](std::string_view name, std::string_view text) {
    value.append(words.separator).append(name).append("=").append(text);
  };
  if (!headers.names.empty()) add(words.signed_names, headers.names);
  add("Signature", signing.signature(query, headers, payload));
  added.push_back({"Authorization", std::move(value)});
  return added;
}

Result<std::string> presigned_url(const RequestToSign& request, const Signer& signer, WallTime now,
                                  std::chrono::seconds lifetime) {
  if (lifetime < std::chrono::seconds(1) || lifetime > kLongestPresigned) {
    Error error;
    error.code = ErrorCode::Usage;
    error.operation = "sign the URL";
    error.subject = net::without_secrets(url_of(request.place, {}));
    error.cause = "it can be good for 1 second to 7 days";
    return fail(std::move(error));
  }
  const Signing signing(request, signer, now);
  const Words& words = signing.words();
  const CanonicalHeaders headers = canonical_headers(request, {});
  std::vector<QueryParameter> parameters = request.query;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) parameters.push_back({std::string(name), std::string(value)});
  };
  add(words.algorithm_parameter, words.algorithm);
  add(words.credential_parameter, signing.credential());
  add(words.date_parameter, signing.timestamp());
  add(words.expires_parameter, std::to_string(lifetime.count()));
  add(words.signed_names_parameter, headers.names);
  add(words.token_parameter, signer.credentials.session_token);
  std::string query = encoded_query(request.place.store, parameters);
  const std::string signature = signing.signature(query, headers, kUnsignedPayload);
  query.append("&").append(words.signature_parameter).append("=").append(signature);
  return url_of(request.place, query);
}

}  // namespace xget::remote
