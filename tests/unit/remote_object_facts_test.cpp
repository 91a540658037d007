// What a store says of an object, in its user's terms.
#include <catch2/catch.hpp>

#include "remote/object_facts.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

ObjectFacts facts_of(std::vector<core::Header> fields) {
  fields.push_back({"Content-Length", "5"});
  const auto facts = read_object_facts({200, 11, std::move(fields), ""});
  REQUIRE(facts);
  return *facts;
}

using Fields = ObjectFacts::Fields;

}  // namespace

TEST_CASE("size, time, ETag and type are those of the answer") {
  const ObjectFacts facts = facts_of({{"ETag", "\"e\""},
                                      {"content-type", "text/plain"},
                                      {"Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"}});
  CHECK(facts.size == 5);
  CHECK(facts.etag == "\"e\"");
  CHECK(facts.content_type == "text/plain");
  CHECK(facts.modified == std::chrono::sys_seconds(std::chrono::seconds(1445412480)));
}

TEST_CASE("both kinds of store say the same in words of their own") {
  for (const std::string prefix : {"x-amz-", "X-Oss-"}) {
    const ObjectFacts facts = facts_of({{prefix + "storage-class", "GLACIER"},
                                        {prefix + "version-id", "v"},
                                        {prefix + "server-side-encryption", "AES256"},
                                        {prefix + "restore", "ongoing-request=\"true\""},
                                        {prefix + "meta-Name", "value"},
                                        {prefix + "object-type", "Normal"},
                                        {prefix + "request-id", "1"}});
    CHECK(facts.storage_class == "GLACIER");
    CHECK(facts.version_id == "v");
    CHECK(facts.encryption == "AES256");
    CHECK(facts.restore == "ongoing-request=\"true\"");
    CHECK(facts.metadata == Fields{{"name", "value"}});
    CHECK(facts.others == Fields{{"object-type", "Normal"}});
  }
}

TEST_CASE("checksums are told by their algorithm") {
  const ObjectFacts facts = facts_of({{"x-amz-checksum-crc32c", "AAAAAA=="},
                                      {"x-amz-checksum-type", "FULL_OBJECT"},
                                      {"x-oss-hash-crc64ecma", "17"}});
  CHECK(facts.checksums == Fields{{"crc32c", "AAAAAA=="}, {"crc64", "17"}});
  CHECK(facts.others == Fields{{"checksum-type", "FULL_OBJECT"}});
}

TEST_CASE("what is said of the content is kept, and what is of the answer alone is not") {
  const ObjectFacts facts = facts_of({{"Content-Encoding", "gzip"},
                                      {"Cache-Control", "max-age=5"},
                                      {"Server", "s"},
                                      {"Date", "d"},
                                      {"Accept-Ranges", "bytes"}});
  CHECK(facts.content == Fields{{"Content-Encoding", "gzip"}, {"Cache-Control", "max-age=5"}});
  CHECK(facts.others.empty());
}

TEST_CASE("an object of no length is none") {
  for (const char* length : {"", "-1", "5 "}) {
    const auto facts = read_object_facts({200, 11, {{"Content-Length", length}}, ""});
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code == ErrorCode::Network);
  }
}
