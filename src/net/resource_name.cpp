#include "net/resource_name.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace xget::net {
namespace {

// Where one of these stands in a parameter's name, it signs the URL.
constexpr std::array<std::string_view, 6> kSignatures{"sig", "token", "hmac",
                                                      "hdn", "jwt",   "policy"};
// What goes with a signature, by its beginning: of S3 and its kin, of Google, Alibaba and Tencent,
// and what a response is to be called.
constexpr std::array<std::string_view, 5> kCompanionsBegin{"x-amz-", "x-goog-", "x-oss-", "x-cos-",
                                                           "response-"};
// By its whole name: of S3's second version, of CloudFront, of Azure.
constexpr std::array<std::string_view, 30> kCompanions{"expires",
                                                       "expiry",
                                                       "exp",
                                                       "awsaccesskeyid",
                                                       "googleaccessid",
                                                       "ossaccesskeyid",
                                                       "key-pair-id",
                                                       "security-token",
                                                       "hash-algorithm",
                                                       "verify",
                                                       "st",
                                                       "se",
                                                       "sp",
                                                       "sv",
                                                       "sr",
                                                       "sip",
                                                       "si",
                                                       "spr",
                                                       "skoid",
                                                       "sktid",
                                                       "skt",
                                                       "ske",
                                                       "sks",
                                                       "skv",
                                                       "rscc",
                                                       "rscd",
                                                       "rsce",
                                                       "rscl",
                                                       "rsct",
                                                       "acl"};

std::string name_of(std::string_view parameter) {
  return lower_case(parameter.substr(0, parameter.find('=')));
}

bool is_signature(const std::string& name) {
  return std::any_of(kSignatures.begin(), kSignatures.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool goes_with_a_signature(const std::string& name) {
  const auto begins = [&](std::string_view start) { return name.starts_with(start); };
  return is_signature(name) ||
         std::any_of(kCompanionsBegin.begin(), kCompanionsBegin.end(), begins) ||
         std::find(kCompanions.begin(), kCompanions.end(), name) != kCompanions.end();
}

std::vector<std::string_view> parameters_of(std::string_view query) {
  std::vector<std::string_view> parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    parameters.push_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parameters;
}

// A parameter that goes with signatures may be a plain one where there is none.
std::string unsigned_query(const std::string& query) {
  const auto parameters = parameters_of(query);
  const bool is_signed =
      std::any_of(parameters.begin(), parameters.end(),
                  [](std::string_view parameter) { return is_signature(name_of(parameter)); });
  if (!is_signed) return query;
  std::string rest;
  for (const std::string_view parameter : parameters) {
    if (goes_with_a_signature(name_of(parameter))) continue;
    rest.append(rest.empty() ? "" : "&").append(parameter);
  }
  return rest;
}

}  // namespace

std::string resource_name(const Url& url) {
  const std::string name = url.origin.scheme + "://" + url.origin.host + ":" +
                           std::to_string(url.origin.port) + url.path + "?" +
                           unsigned_query(url.query);
  const auto digester = Digester::create(DigestAlgorithm::Sha256);
  if (digester == nullptr) return "";
  digester->update(std::as_bytes(std::span(name)));
  return digester->finish_hex();
}

}  // namespace xget::net
