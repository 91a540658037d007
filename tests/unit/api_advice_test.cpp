#include <catch2/catch.hpp>

#include "api/advice.hpp"
#include "api/job_request.hpp"

using namespace xget;
using api::AskedWith;

namespace {

std::string remedy(const AskedWith& asked, Error error) {
  api::advise(asked, error);
  return error.remedy;
}

AskedWith asked_with(const JobSpec& spec) {
  const auto request = api::prepare(spec, {});
  REQUIRE(request);
  return request->asked_with;
}

}  // namespace

TEST_CASE("who gave credentials is not told to give some") {
  const Error denied{.code = ErrorCode::Refused, .number = 401, .remedy = "give credentials"};
  CHECK(remedy({.credentials = false}, denied) == "give credentials");
  CHECK(remedy({.credentials = true}, denied).starts_with("the credentials given were refused"));
  const Error missing{.code = ErrorCode::Refused, .number = 404, .remedy = "check the URL"};
  CHECK(remedy({.credentials = true}, missing) == "check the URL");
}

TEST_CASE("who may not read an object is told of a store's credentials") {
  const Error denied{.code = ErrorCode::Refused, .number = 403, .remedy = "give it with -u"};
  CHECK(asked_with({.url = "s3://bucket/key"}).object);
  CHECK_FALSE(asked_with({.url = "https://host.example/f"}).object);
  CHECK(remedy({.object = true}, denied).find("--profile") != std::string::npos);
  CHECK(remedy({.object = true}, denied).find("-u") == std::string::npos);
}

TEST_CASE("plain http that is no good request may want https") {
  const Error bad{.code = ErrorCode::Refused, .number = 400, .remedy = "check the URL"};
  const bool plain = asked_with({.url = "http://host.example:8443/f"}).plain;
  CHECK(remedy({.plain = plain}, bad) == "check the URL: a port for TLS wants https://…");
  CHECK(remedy(asked_with({.url = "https://host.example/f"}), bad) == "check the URL");
}

TEST_CASE("a scheme that was assumed is named only where that may be what is wrong") {
  const Error unresolved{.code = ErrorCode::Network, .remedy = "check the host"};
  CHECK(remedy({.scheme = true}, unresolved) == "check the host");
  CHECK(remedy({.scheme = false}, unresolved) ==
        "check the host; a URL without a scheme is taken for https");
  const Error cut{.code = ErrorCode::Network, .kept = "1 MiB"};
  CHECK(remedy({.scheme = false}, cut).empty());
}

TEST_CASE("what a job was asked with is seen in its URL and its headers") {
  CHECK(asked_with({.url = "http://a/f"}).scheme);
  CHECK_FALSE(asked_with({.url = "a:8080/f"}).scheme);
  CHECK_FALSE(asked_with({.url = "a/f?next=http://b/"}).scheme);
  CHECK_FALSE(asked_with({.url = "http://a/f"}).credentials);
  CHECK(asked_with({.url = "http://me:pw@a/f"}).credentials);
  CHECK(asked_with({.url = "http://a/f", .user_password = "me:pw"}).credentials);
  CHECK(asked_with({.url = "http://a/f", .headers = {"authorization: Bearer x"}}).credentials);
}
