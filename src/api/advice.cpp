#include "api/advice.hpp"

namespace xget::api {
namespace {

// Refused although credentials were sent, by whoever was asked last.
bool refuses_credentials(const Error& error) {
  return error.code == ErrorCode::Refused && (error.number == 401 || error.number == 403);
}

// Of a server that has given something the scheme was right.
bool may_never_have_answered(const Error& error) {
  return error.code == ErrorCode::Network && error.kept.empty();
}

}  // namespace

void advise(const AskedWith& asked, Error& error) {
  if (asked.credentials && refuses_credentials(error)) {
    error.remedy =
        "the credentials given were refused (they are sent to the URL's own origin alone)";
  }
  if (asked.object && refuses_credentials(error)) {
    error.remedy =
        "check the bucket and the key, and what --profile, AWS_ACCESS_KEY_ID and their like may "
        "read there";
  }
  // So a port for TLS answers what is none.
  if (asked.plain && error.code == ErrorCode::Refused && error.number == 400) {
    error.remedy = "check the URL: a port for TLS wants https://…";
  }
  if (!asked.scheme && may_never_have_answered(error)) {
    error.remedy += error.remedy.empty() ? "" : "; ";
    error.remedy += "a URL without a scheme is taken for https";
  }
}

}  // namespace xget::api
