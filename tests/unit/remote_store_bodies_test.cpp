#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/answer_reader.hpp"
#include "remote/store_bodies.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

struct Key {
  std::string text;
};

// The keys that a store would read.
std::vector<std::string> keys_read(const std::string& body) {
  std::vector<Key> keys;
  AnswerForm form{"Delete"};
  form.many<Key>("Object", keys, {{"Key", &Key::text, true}});
  REQUIRE(read_answer(body, form));
  std::vector<std::string> texts;
  for (const Key& key : keys) texts.push_back(key.text);
  return texts;
}

}  // namespace

TEST_CASE("an upload is completed with its parts' numbers, ETags and checksums") {
  const std::vector<SentPart> parts{{1, "\"a\"", "ChecksumCRC32C", "yZRlqg=="},
                                    {7, "\"b\"", "", ""}};
  CHECK(complete_upload_body(parts) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><CompleteMultipartUpload "
        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag>"
        "<ChecksumCRC32C>yZRlqg==</ChecksumCRC32C></Part>"
        "<Part><PartNumber>7</PartNumber><ETag>&quot;b&quot;</ETag></Part>"
        "</CompleteMultipartUpload>");
}

TEST_CASE("the keys to delete are read as they were written, markup and line breaks too") {
  const std::vector<std::string> keys{"a<b>&\"'c", " two\r\nlines\t", "]]>", "\xC3\xA4/+%25"};
  const auto body = delete_body(keys, true);
  REQUIRE(body);
  CHECK(keys_read(*body) == keys);
  CHECK(body->find("<Quiet>true</Quiet>") != std::string::npos);
}

TEST_CASE("a key that XML cannot carry is not deleted along with others") {
  for (const std::string& key : {std::string("a\x01"), std::string("a\xFF"), std::string("a\0b", 3),
                                 std::string("\xEF\xBF\xBE"), std::string("\xED\xA0\x80")}) {
    CAPTURE(key);
    CHECK_FALSE(fits_xml(key));
    const auto body = delete_body(std::vector<std::string>{"fine", key}, false);
    REQUIRE_FALSE(body);
    CHECK(body.error().code == ErrorCode::Usage);
  }
}

TEST_CASE("a bucket's region is said where it is not the one that goes without saying") {
  CHECK(create_bucket_body("").empty());
  CHECK(create_bucket_body("us-east-1").empty());
  CHECK(create_bucket_body("eu-west-1")
            .ends_with("<LocationConstraint>eu-west-1</LocationConstraint>"
                       "</CreateBucketConfiguration>"));
}
