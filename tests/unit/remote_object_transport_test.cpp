// What is asked of an object goes to the store signed, and its answers come back as plain HTTP.
#include <catch2/catch.hpp>
#include <optional>

#include "remote/object_transport.hpp"
#include "support/fake_credentials.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using core::HeadVerdict;
using core::TransferStatus;
using test::FakeCredentials;

namespace {

constexpr const char* kUrl = "https://bucket.s3.us-east-1.amazonaws.com/a%20key";
constexpr const char* kElsewhere = "https://bucket.s3.eu-west-1.amazonaws.com/a%20key";

struct Listener final : core::TransferListener {
  HeadVerdict on_head(core::RequestId, const core::ResponseHead& head,
                      const core::ConnectionFacts&) override {
    heads.push_back(head);
    return head.status < 300 ? HeadVerdict::Accept : HeadVerdict::Drain;
  }
  core::Flow on_body(core::RequestId, std::span<const std::byte> bytes) override {
    received += bytes.size();
    return core::Flow::Continue;
  }
  void on_transfer_end(core::RequestId, const core::TransferEnd& end) override {
    ends.push_back(end);
  }

  std::vector<core::ResponseHead> heads;
  std::size_t received = 0;
  std::vector<core::TransferEnd> ends;
};

struct Fixture {
  core::RequestId ask(std::vector<core::Header> headers = {}, const char* url = kUrl) {
    return object.start({.url = url, .headers = std::move(headers), .pinned_address = "192.0.2.1"},
                        listener);
  }
  // The header of the newest request on the wire.
  std::optional<std::string> sent(const std::string& name) const {
    for (const core::Header& header : wire.request(wire.newest()).headers) {
      if (header.name == name) return header.value;
    }
    return std::nullopt;
  }
  // The newest request is refused, with this body.
  void refuse(int status, const std::string& code, const std::string& more = "",
              std::vector<core::Header> headers = {}) {
    const core::RequestId id = wire.newest();
    REQUIRE(wire.head(id, status, std::move(headers)) == HeadVerdict::Accept);
    wire.body(id, "<Error><Code>" + code + "</Code>" + more + "</Error>");
    wire.end(id, TransferStatus::Ok);
  }

  test::FakeClock clock;
  test::FakeTransport wire;
  std::shared_ptr<FakeCredentials> credentials = std::make_shared<FakeCredentials>();
  std::shared_ptr<remote::BucketAccess> bucket = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {}, .bucket = "bucket"}, credentials, clock);
  remote::ObjectTransport object{
      wire,
      bucket,
      {.key = "a key", .place = *bucket->place("a key"), .query = {}, .customer_key = {}}};
  Listener listener;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a request for the object is signed and keeps its way") {
  ask({{"Range", "bytes=0-"}});
  CHECK(wire.request(wire.newest()).url == kUrl);
  CHECK(wire.request(wire.newest()).pinned_address == "192.0.2.1");
  CHECK(sent("Range") == "bytes=0-");
  const auto authorization = sent("Authorization");
  REQUIRE(authorization.has_value());
  CHECK(authorization->starts_with("AWS4-HMAC-SHA256 Credential=AK/19700101/us-east-1/s3/"));
  CHECK(authorization->find("range;") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a request for anything else goes as it is, without credentials") {
  ask({{"If-Range", "\"a\""}}, "https://mirror.example/a%20key");
  CHECK_FALSE(sent("Authorization").has_value());
  CHECK(sent("If-Range") == "\"a\"");
}

TEST_CASE_METHOD(Fixture, "without credentials nothing is signed") {
  credentials->known = remote::Credentials{};
  ask();
  CHECK_FALSE(sent("Authorization").has_value());
}

TEST_CASE_METHOD(Fixture, "a range of another version is refused by the store") {
  ask({{"Range", "bytes=5-"}, {"If-Range", "\"tag\""}});
  CHECK(sent("If-Match") == "\"tag\"");
  CHECK_FALSE(sent("If-Range").has_value());
}

TEST_CASE_METHOD(Fixture, "bytes come through, and the uploader's coding is not the transfer's") {
  ask();
  const core::RequestId id = wire.newest();
  CHECK(wire.head(id, 206, {{"Content-Encoding", "gzip"}, {"ETag", "\"e\""}}) ==
        HeadVerdict::Accept);
  wire.body(id, 100);
  wire.end(id, TransferStatus::CutShort);
  CHECK(listener.received == 100);
  REQUIRE(listener.heads.size() == 1);
  CHECK_FALSE(listener.heads[0].find("Content-Encoding").has_value());
  REQUIRE(listener.ends.size() == 1);
  CHECK(listener.ends[0].status == TransferStatus::CutShort);
}

TEST_CASE_METHOD(Fixture, "the digest that an upload recorded is told as the resource's") {
  ask();
  wire.head(wire.newest(), 200, {{"x-amz-meta-xget-sha256", std::string(64, '0')}});
  REQUIRE(listener.heads.size() == 1);
  CHECK(listener.heads[0].find("Repr-Digest") ==
        "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
}

TEST_CASE_METHOD(Fixture, "a checksum of parts' checksums is no digest of the object") {
  ask();
  const std::string checksum = std::string(43, 'A') + "=";
  SECTION("of the whole") {
    wire.head(wire.newest(), 200, {{"x-amz-checksum-sha256", checksum}});
    CHECK(listener.heads[0].find("Repr-Digest") == "sha-256=:" + checksum + ":");
  }
  SECTION("of the parts") {
    wire.head(wire.newest(), 200, {{"x-amz-checksum-sha256", checksum + "-3"}});
    CHECK_FALSE(listener.heads[0].find("Repr-Digest").has_value());
  }
  SECTION("of the parts, as the type says") {
    wire.head(wire.newest(), 200,
              {{"x-amz-checksum-sha256", checksum}, {"x-amz-checksum-type", "COMPOSITE"}});
    CHECK_FALSE(listener.heads[0].find("Repr-Digest").has_value());
  }
}

TEST_CASE_METHOD(Fixture, "an object in another region is asked for there, as after a redirect") {
  ask();
  refuse(301, "PermanentRedirect", "", {{"x-amz-bucket-region", "eu-west-1"}});
  REQUIRE(listener.heads.size() == 1);
  CHECK(listener.heads[0].status == 307);
  CHECK(listener.heads[0].find("Location") == kElsewhere);
  CHECK(listener.ends.size() == 1);
  ask({}, kElsewhere);
  CHECK(sent("Authorization")->find("/eu-west-1/s3/") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a store that sends round in circles is believed once for each request") {
  ask();
  refuse(301, "PermanentRedirect", "", {{"x-amz-bucket-region", "eu-west-1"}});
  ask({}, kElsewhere);
  refuse(301, "PermanentRedirect", "", {{"x-amz-bucket-region", "us-east-1"}});
  ask();
  refuse(301, "PermanentRedirect", "", {{"x-amz-bucket-region", "eu-west-1"}});
  CHECK(wire.newest() == 0);
  CHECK(listener.ends.size() == 3);
}

TEST_CASE_METHOD(Fixture, "a region that is only part of the signature is signed for at once") {
  auto own = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {.url = "http://127.0.0.1:9000"}, .bucket = "bucket"},
      credentials, clock);
  remote::ObjectTransport minio(
      wire, own, {.key = "k", .place = *own->place("k"), .query = {}, .customer_key = {}});
  minio.start({.url = "http://127.0.0.1:9000/bucket/k"}, listener);
  refuse(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
  CHECK(listener.heads.empty());
  CHECK(sent("Authorization")->find("/eu-west-1/s3/") != std::string::npos);
}

TEST_CASE_METHOD(Fixture,
                 "a request that was signed with a wrong clock is signed with the store's") {
  ask();
  refuse(403, "RequestTimeTooSkewed", "", {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}});
  CHECK(listener.heads.empty());
  CHECK(sent("Authorization")->find("Credential=AK/20260101/") != std::string::npos);
  SECTION("and once alone") {
    refuse(403, "RequestTimeTooSkewed", "", {{"Date", "Fri, 02 Jan 2026 00:00:00 GMT"}});
    REQUIRE(listener.heads.size() == 1);
    CHECK(listener.heads[0].status == 403);
  }
}

TEST_CASE_METHOD(Fixture, "a refusal is told with what it means") {
  ask();
  SECTION("in the store's words") {
    refuse(403, "AccessDenied", "<Message>Not for you</Message>");
    CHECK(listener.heads.at(0).meaning == "Not for you");
  }
  SECTION("by its code where it has no words") {
    refuse(403, "AccessDenied");
    CHECK(listener.heads.at(0).meaning == "AccessDenied");
  }
  SECTION("with the command that brings back what is archived") {
    refuse(403, "InvalidObjectState");
    CHECK(
        listener.heads.at(0).meaning ==
        "it is archived and has not been restored; aws s3api restore-object --bucket bucket --key "
        "'a key' --restore-request Days=7 asks for it");
  }
  REQUIRE(listener.ends.size() == 1);
  CHECK(listener.ends[0].status == TransferStatus::Ok);
}

TEST_CASE_METHOD(Fixture, "a refusal without end is cut off") {
  ask();
  const core::RequestId id = wire.newest();
  wire.head(id, 403, {});
  for (int i = 0; i < 5 && wire.newest() == id; ++i) wire.body(id, 32 * 1024);
  CHECK(wire.newest() == 0);
  REQUIRE(listener.heads.size() == 1);
  CHECK(listener.heads[0].status == 403);
}

TEST_CASE_METHOD(Fixture, "a request waits for credentials that are not there yet") {
  credentials->known.reset();
  ask();
  const core::RequestId second = ask();
  CHECK(wire.newest() == 0);
  SECTION("and goes once they are") {
    credentials->come({});
    CHECK(sent("Authorization").has_value());
    CHECK(wire.addresses().size() == 2);
  }
  SECTION("or ends as they cannot be had") {
    credentials->come(fail({.code = ErrorCode::Usage, .cause = "no profile of that name"}));
    REQUIRE(listener.ends.size() == 2);
    CHECK(listener.ends[0].status == TransferStatus::Unusable);
    CHECK(listener.ends[0].cause.find("no profile of that name") != std::string::npos);
  }
  SECTION("unless it is cancelled meanwhile") {
    object.cancel(second);
    credentials->come({});
    CHECK(wire.addresses().size() == 1);
  }
}

TEST_CASE_METHOD(Fixture, "credentials that have ended are got anew, once") {
  ask();
  refuse(400, "ExpiredToken");
  CHECK(wire.newest() == 0);
  credentials->come({});
  REQUIRE(wire.newest() != 0);
  refuse(400, "ExpiredToken");
  REQUIRE(listener.heads.size() == 1);
  CHECK(listener.heads[0].status == 400);
}

TEST_CASE_METHOD(Fixture, "what is cancelled hears nothing more, at whatever moment") {
  const core::RequestId id = ask();
  const core::RequestId on_wire = wire.newest();
  SECTION("before the head") {}
  SECTION("while a refusal is read") { wire.head(on_wire, 403, {}); }
  object.cancel(id);
  CHECK(wire.newest() == 0);
  CHECK(listener.heads.empty());
  CHECK(listener.ends.empty());
}

// ---- versions -----------------------------------------------------------------------------------

namespace {

struct Versioned : Fixture {
  Versioned() {
    ask();
    answer({{"ETag", "\"tag\""}, {"x-amz-version-id", "v/1"}});
  }
  void answer(std::vector<core::Header> headers) {
    const core::RequestId id = wire.newest();
    wire.head(id, 206, std::move(headers));
    wire.end(id, TransferStatus::Ok);
  }
  std::string asked_for() const { return wire.request(wire.newest()).url; }

  const std::vector<core::Header> same_version{{"If-Range", "\"tag\""}};
  const std::string pinned = std::string(kUrl) + "?versionId=v%2F1";
};

}  // namespace

TEST_CASE_METHOD(Versioned, "ranges of a version that was seen name it, besides its ETag") {
  ask(same_version);
  CHECK(asked_for() == pinned);
  CHECK(sent("If-Match") == "\"tag\"");
  SECTION("and of no other one") {
    ask({{"If-Range", "\"other\""}});
    CHECK(asked_for() == kUrl);
    ask();
    CHECK(asked_for() == kUrl);
  }
  SECTION("nor anywhere else") {
    ask(same_version, "https://mirror.example/a%20key");
    CHECK(asked_for() == "https://mirror.example/a%20key");
  }
  SECTION("the newest that was seen") {
    answer({{"ETag", "\"tag\""}, {"x-amz-version-id", "v2"}});
    ask(same_version);
    CHECK(asked_for() == std::string(kUrl) + "?versionId=v2");
  }
}

TEST_CASE_METHOD(Fixture, "what has no version of its own is not asked for by one") {
  ask();
  wire.head(wire.newest(), 206, {{"ETag", "\"tag\""}, {"x-amz-version-id", "null"}});
  ask({{"If-Range", "\"tag\""}});
  CHECK(wire.request(wire.newest()).url == kUrl);
}

TEST_CASE_METHOD(Versioned, "who may not name versions asks without, and so does everybody after") {
  ask(same_version);
  refuse(403, "AccessDenied");
  CHECK(listener.heads.size() == 1);
  CHECK(asked_for() == kUrl);
  CHECK(sent("If-Match") == "\"tag\"");
  SECTION("it was for that") {
    answer({{"ETag", "\"tag\""}, {"x-amz-version-id", "v/1"}});
    ask(same_version);
    CHECK(asked_for() == kUrl);
  }
  SECTION("it was for something else") {
    refuse(403, "AccessDenied");
    CHECK(listener.heads.back().status == 403);
    CHECK(wire.newest() == 0);
  }
}

TEST_CASE_METHOD(Versioned, "a version that is gone is asked for by its ETag alone") {
  ask(same_version);
  refuse(404, "NoSuchVersion");
  CHECK(asked_for() == kUrl);
  answer({{"ETag", "\"tag\""}, {"x-amz-version-id", "v2"}});
  ask(same_version);
  CHECK(asked_for() == std::string(kUrl) + "?versionId=v2");
}

TEST_CASE_METHOD(Fixture, "a version that the user names is asked for each time") {
  remote::ObjectTransport named(wire, bucket,
                                {.key = "a key",
                                 .place = *bucket->place("a key"),
                                 .query = {{"versionId", "mine"}},
                                 .customer_key = {}});
  const std::string url = std::string(kUrl) + "?versionId=mine";
  named.start({.url = url}, listener);
  wire.head(wire.newest(), 206, {{"ETag", "\"tag\""}, {"x-amz-version-id", "mine"}});
  named.start({.url = url, .headers = {{"If-Range", "\"tag\""}}}, listener);
  CHECK(wire.request(wire.newest()).url == url);
  refuse(403, "AccessDenied");
  CHECK(listener.heads.back().status == 403);
}

TEST_CASE("credentials that come after everything was given up harm nobody") {
  test::FakeClock clock;
  test::FakeTransport wire;
  Listener listener;
  auto credentials = std::make_shared<FakeCredentials>();
  credentials->known.reset();
  const auto bucket = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {}, .bucket = "bucket"}, credentials, clock);
  {
    remote::ObjectTransport object(
        wire, bucket, {.key = "k", .place = *bucket->place("k"), .query = {}, .customer_key = {}});
    object.start({.url = "https://bucket.s3.us-east-1.amazonaws.com/k"}, listener);
  }
  credentials->come({});
  CHECK(wire.newest() == 0);
}
