// A refusal is told in words that help, of whatever the store has said.
#include <catch2/catch.hpp>

#include "remote/refusal_meaning.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

const ObjectUrl kObject{StoreKind::S3, "bucket", "a key"};

StoreError error_of(const std::string& code, const std::string& message = "") {
  StoreError error;
  error.code = code;
  error.message = message;
  return error;
}

}  // namespace

TEST_CASE("an archived object is said to be one, with the command that brings it back") {
  StoreError error = error_of("InvalidObjectState", "not for this class");
  error.storage_class = "GLACIER";
  CHECK(meaning_of(error, 403, kObject) ==
        "it is archived in GLACIER and has not been restored; aws s3api restore-object --bucket "
        "bucket --key 'a key' --restore-request Days=7 asks for it");
  error.storage_class.clear();
  CHECK(meaning_of(error, 403, {StoreKind::Oss, "bucket", "a key"}) ==
        "it is archived and has not been restored; ossutil restore 'oss://bucket/a key' asks for "
        "it");
}

TEST_CASE("the command can be taken for nothing else, whatever the key is") {
  const std::string text =
      meaning_of(error_of("InvalidObjectState"), 403, {StoreKind::S3, "b", "k; rm -rf 'x'"});
  CHECK(text.find("--key k; rm") == std::string::npos);
}

TEST_CASE("what is not there is named") {
  CHECK(meaning_of(error_of("NoSuchBucket"), 404, kObject) == "there is no bucket bucket");
  CHECK(meaning_of(error_of("NoSuchKey"), 404, kObject) == "there is no such object");
  CHECK(meaning_of({}, 404, kObject) == "there is no such object");
  CHECK(meaning_of(error_of("PreconditionFailed"), 412, kObject) ==
        "the object is another one by now");
}

TEST_CASE("another clock is told with what the store says") {
  CHECK(meaning_of(error_of("RequestTimeTooSkewed", "by far"), 403, kObject) ==
        "the store's clock is another one: by far");
}

TEST_CASE("of anything else the store's own words are told, or its code, or nothing") {
  CHECK(meaning_of(error_of("AccessDenied", "Access Denied"), 403, kObject) == "Access Denied");
  CHECK(meaning_of(error_of("OddCode"), 400, kObject) == "OddCode");
  CHECK(meaning_of({}, 400, kObject).empty());
}

TEST_CASE("what a store says cannot act on a terminal") {
  const std::string text = meaning_of(error_of("OddCode", "a\x1b[2Jb\nc"), 400, kObject);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
  StoreError archived = error_of("InvalidObjectState");
  archived.storage_class = "\x1b[2J";
  CHECK(meaning_of(archived, 403, kObject).find('\x1b') == std::string::npos);
}
