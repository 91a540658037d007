#include <catch2/catch.hpp>
#include <string>

#include "base/iso_time.hpp"
#include "remote/answer_reader.hpp"
#include "remote/listing_answers.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string listing(const std::string& content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" +
         content + "</ListBucketResult>";
}

std::string object(const std::string& key) {
  return "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
}

std::string cause(const std::string& document, const ListingQuestion& question = {}) {
  const auto read = parse_object_listing(document, question);
  return read ? "" : read.error().error.cause;
}

constexpr const char* kCut = "it is cut and does not say how to go on";
constexpr const char* kCircle = "it goes on where it began";

}  // namespace

TEST_CASE("a page of S3's listing is read whole") {
  const auto page = parse_object_listing(
      listing("<Name>b</Name><Prefix>a/</Prefix><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>"
              "<Delimiter>/</Delimiter><IsTruncated>true</IsTruncated>"
              "<NextContinuationToken>1ueGcxLPRx1Tr+/=</NextContinuationToken>"
              "<Contents><Key>a/x &amp; y</Key><LastModified>2009-10-12T17:50:30.000Z"
              "</LastModified><ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag>"
              "<ChecksumAlgorithm>CRC32C</ChecksumAlgorithm><ChecksumType>FULL_OBJECT"
              "</ChecksumType><Size>434234</Size><StorageClass>STANDARD</StorageClass>"
              "<Owner><ID>7</ID><DisplayName>me</DisplayName></Owner></Contents>"
              "<CommonPrefixes><Prefix>a/photos/</Prefix></CommonPrefixes>"),
      {.prefix = "a/"});
  REQUIRE(page);
  REQUIRE(page->objects.size() == 1);
  const ListedObject& object = page->objects.front();
  CHECK(object.key == "a/x & y");
  CHECK(object.size == 434234);
  CHECK(object.modified == parse_iso_time("2009-10-12T17:50:30Z"));
  CHECK(object.etag == "\"fba9dede5f27731c9771645a39863328\"");
  CHECK(object.storage_class == "STANDARD");
  CHECK(object.checksum_type == "FULL_OBJECT");
  REQUIRE(page->folders.size() == 1);
  CHECK(page->folders.front().prefix == "a/photos/");
  CHECK(page->next == "1ueGcxLPRx1Tr+/=");
}

TEST_CASE("a listing's last page has no next one") {
  const auto page = parse_object_listing(listing("<IsTruncated>false</IsTruncated>"), {});
  REQUIRE(page);
  CHECK(page->objects.empty());
  CHECK_FALSE(page->next);
}

TEST_CASE("keys that are said to be escaped come as their bytes") {
  const auto page = parse_object_listing(
      listing("<EncodingType>url</EncodingType>" + object("a+b%2Bc%25%0A%C3%A4%FF%01") +
              "<CommonPrefixes><Prefix>d+e/</Prefix></CommonPrefixes>"),
      {});
  REQUIRE(page);
  CHECK(page->objects.front().key == "a b+c%\n\xC3\xA4\xFF\x01");
  CHECK(page->folders.front().prefix == "d e/");
}

TEST_CASE("keys that are not said to be escaped stay as they are") {
  const auto page = parse_object_listing(listing(object("a+b%2Bc")), {});
  REQUIRE(page);
  CHECK(page->objects.front().key == "a+b%2Bc");
}

TEST_CASE("white space is part of a key and of no number") {
  const auto page =
      parse_object_listing(listing("<Contents><Key> a\n</Key><Size> 7\n</Size></Contents>"), {});
  REQUIRE(page);
  CHECK(page->objects.front().key == " a\n");
  CHECK(page->objects.front().size == 7);
}

TEST_CASE("a token is escaped only where the store escapes it along with the keys") {
  const std::string page = listing(
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>a%2Bb+c</NextContinuationToken>");
  CHECK(parse_object_listing(page, {})->next == "a%2Bb+c");
  CHECK(parse_object_listing(page, {.tokens_are_escaped = true})->next == "a+b+c");
}

TEST_CASE("a listing by markers goes on from its last name, whatever it says itself") {
  const ListingQuestion question{.from = "a", .steps = ListingSteps::Markers};
  const std::string cut = "<IsTruncated>true</IsTruncated>";
  CHECK(parse_object_listing(listing(cut + object("b") + object("c")), question)->next == "c");
  CHECK(parse_object_listing(
            listing(cut + object("b") + "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"),
            question)
            ->next == "d/");
  CHECK(parse_object_listing(listing(cut + object("b") + "<NextMarker>%20&#x01;</NextMarker>"),
                             question)
            ->next == "b");
  CHECK_FALSE(parse_object_listing(listing(object("b")), question)->next);
}

TEST_CASE("a page that is cut and leads nowhere is not taken for the whole") {
  const std::string cut = "<IsTruncated>true</IsTruncated>";
  CHECK(cause(listing(cut + object("a"))) == kCut);
  CHECK(cause(listing(cut), {.steps = ListingSteps::Markers}) == kCut);
  CHECK(cause(listing(cut + "<NextContinuationToken>t</NextContinuationToken>"), {.from = "t"}) ==
        kCircle);
  CHECK(cause(listing(cut + object("a")), {.from = "a", .steps = ListingSteps::Markers}) ==
        kCircle);
}

TEST_CASE("what XML cannot carry spoils an answer only where it is needed") {
  CHECK(cause(listing(object("a") + "<Marker>&#x01;&#31;&#xD800;&#x110000;</Marker>")).empty());
  CHECK(cause(listing(object("a&#x01;"))).starts_with("Key cannot be read"));
  CHECK(cause(listing("<NextContinuationToken>&#0;</NextContinuationToken>"))
            .starts_with("NextContinuationToken cannot be read"));
  CHECK(parse_object_listing(listing(object("&#34;&#xe4;&#10;&amp;#1;")), {})->objects[0].key ==
        "\"\xC3\xA4\n&#1;");
  CHECK_FALSE(parse_object_listing(listing(object("a&#;")), {}));
  CHECK_FALSE(parse_object_listing(listing(object("a&#x")), {}));
}

TEST_CASE("a key that does not begin with the prefix is no answer to the question") {
  const ListingQuestion question{.prefix = "a/"};
  CHECK(cause(listing(object("a/b")), question).empty());
  CHECK(cause(listing(object("a")), question) == "it lists a key that was not asked for");
  CHECK(cause(listing("<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"), question) ==
        "it lists a key that was not asked for");
}

TEST_CASE("an object without a key or a size is none") {
  CHECK(cause(listing("<Contents><Size>1</Size></Contents>")).starts_with("Key is missing"));
  CHECK(cause(listing("<Contents><Key>a</Key></Contents>")).starts_with("Size is missing"));
  CHECK(cause(listing("<Contents><Key/><Size>1</Size></Contents>")) == "a key is empty");
  CHECK(cause(listing("<Contents><Key>a</Key><Size>-1</Size></Contents>"))
            .starts_with("Size cannot be read"));
  CHECK(cause(listing("<Contents><Key>a</Key><Size>9223372036854775808</Size></Contents>"))
            .starts_with("Size cannot be read"));
  CHECK(cause(listing("<Contents><Key>a</Key><Key>b</Key><Size>1</Size></Contents>"))
            .starts_with("Key stands there twice"));
  CHECK(cause(listing("<EncodingType>url</EncodingType>" + object("a%2"))) ==
        "the escapes of a key are broken");
}

TEST_CASE("an answer lists and says no more than its bounds") {
  std::string many;
  for (std::size_t i = 0; i < kMostListed; ++i) many += object("k");
  CHECK(parse_object_listing(listing(many), {}));
  CHECK(cause(listing(many + object("k"))).starts_with("it lists too much"));
  CHECK(cause(listing(object(std::string(kLongestAnswerText + 1, 'k'))))
            .starts_with("a text is too long"));
}

TEST_CASE("a refusal within a success is told as the refusal that it is") {
  const auto read = parse_object_listing(
      "<Error><Code>InternalError</Code><Message>try again</Message></Error>", {});
  REQUIRE_FALSE(read);
  REQUIRE(read.error().said);
  CHECK(read.error().said->code == "InternalError");
  CHECK(read.error().error.code == ErrorCode::Network);
  CHECK(read.error().error.cause == "InternalError (try again)");
}

TEST_CASE("an error without a code is no answer at all") {
  const auto read = parse_object_listing("<Error/>", {});
  REQUIRE_FALSE(read);
  CHECK_FALSE(read.error().said);
  CHECK(read.error().error.code == ErrorCode::Network);
}

TEST_CASE("a web page is no object store's answer, and a torn one may be whole later") {
  const auto page = parse_object_listing("<html><body>hello</body></html>", {});
  REQUIRE_FALSE(page);
  CHECK(page.error().error.code == ErrorCode::Refused);
  CHECK(page.error().error.cause.starts_with("it is a <html> and not a <ListBucketResult>"));
  CHECK_FALSE(page.error().error.remedy.empty());
  const std::string whole = listing(object("a"));
  const auto torn = parse_object_listing(whole.substr(0, whole.size() / 2), {});
  REQUIRE_FALSE(torn);
  CHECK(torn.error().error.code == ErrorCode::Network);
}

TEST_CASE("the buckets of an account are read from S3 and OSS") {
  const auto s3 = parse_bucket_listing(
      "<ListAllMyBucketsResult><Owner><ID>7</ID></Owner><Buckets><Bucket>"
      "<CreationDate>2019-12-11T23:32:47+00:00</CreationDate><Name>one</Name>"
      "<BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>"
      "<ContinuationToken>t2</ContinuationToken></ListAllMyBucketsResult>",
      "t1");
  REQUIRE(s3);
  CHECK(s3->buckets.front().name == "one");
  CHECK(s3->buckets.front().region == "eu-west-1");
  CHECK(s3->buckets.front().created == parse_iso_time("2019-12-11T23:32:47Z"));
  CHECK(s3->next == "t2");
  const auto oss = parse_bucket_listing(
      "<ListAllMyBucketsResult><IsTruncated>true</IsTruncated><NextMarker>two</NextMarker>"
      "<Buckets><Bucket><Location>oss-cn-hangzhou</Location><Region>cn-hangzhou</Region>"
      "<Name>two</Name></Bucket></Buckets></ListAllMyBucketsResult>",
      "");
  REQUIRE(oss);
  CHECK(oss->buckets.front().region == "cn-hangzhou");
  CHECK(oss->next == "two");
}

TEST_CASE("an account without buckets has none, and a cut list of them must lead on") {
  const auto none =
      parse_bucket_listing("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>", "");
  REQUIRE(none);
  CHECK(none->buckets.empty());
  CHECK_FALSE(none->next);
  const auto cut = parse_bucket_listing(
      "<ListAllMyBucketsResult><IsTruncated>true</IsTruncated></ListAllMyBucketsResult>", "");
  REQUIRE_FALSE(cut);
  CHECK(cut.error().error.cause == kCut);
}
