#include <catch2/catch.hpp>
#include <string>

#include "base/iso_time.hpp"
#include "remote/upload_answers.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string part(int number) {
  return "<Part><PartNumber>" + std::to_string(number) +
         "</PartNumber><Size>5</Size><ETag>\"e\"</ETag></Part>";
}

std::string parts(const std::string& content) {
  return "<ListPartsResult>" + content + "</ListPartsResult>";
}

std::string cause_of_parts(const std::string& content, std::uint64_t from = 0) {
  const auto read = parse_part_listing(parts(content), from);
  return read ? "" : read.error().error.cause;
}

std::string uploads(const std::string& content) {
  return "<ListMultipartUploadsResult>" + content + "</ListMultipartUploadsResult>";
}

}  // namespace

TEST_CASE("an upload begins with its id") {
  const auto begun = parse_begun_upload(
      "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Bucket>b</Bucket><Key>k</Key><UploadId>VXBsb2Fk_-.~</UploadId>"
      "</InitiateMultipartUploadResult>");
  REQUIRE(begun);
  CHECK(begun->upload_id == "VXBsb2Fk_-.~");
  CHECK_FALSE(parse_begun_upload("<InitiateMultipartUploadResult/>"));
  CHECK_FALSE(
      parse_begun_upload("<InitiateMultipartUploadResult><UploadId/>"
                         "</InitiateMultipartUploadResult>"));
}

TEST_CASE("the parts of an upload are read with the checksums that are said of them") {
  const auto listing = parse_part_listing(
      parts("<Owner><ID>7</ID></Owner><PartNumberMarker>1</PartNumberMarker>"
            "<NextPartNumberMarker>3</NextPartNumberMarker><IsTruncated>true</IsTruncated>"
            "<Part><PartNumber>2</PartNumber><LastModified>2010-11-10T20:48:34.000Z</LastModified>"
            "<ETag>\"7778aef83f66abc1fa1e8477f296d394\"</ETag><Size>10485760</Size>"
            "<ChecksumCRC32C>yZRlqg==</ChecksumCRC32C></Part>"
            "<Part><PartNumber>3</PartNumber><ETag>\"3349\"</ETag><Size>1</Size>"
            "<HashCrc64ecma>11051210869376104954</HashCrc64ecma></Part>"),
      1);
  REQUIRE(listing);
  REQUIRE(listing->parts.size() == 2);
  CHECK(listing->parts[0].number == 2);
  CHECK(listing->parts[0].size == 10485760);
  CHECK(listing->parts[0].etag == "\"7778aef83f66abc1fa1e8477f296d394\"");
  CHECK(listing->parts[0].crc32c == "yZRlqg==");
  CHECK(listing->parts[0].modified == parse_iso_time("2010-11-10T20:48:34Z"));
  CHECK(listing->parts[1].crc64 == "11051210869376104954");
  CHECK(listing->next == 3);
}

TEST_CASE("an upload without parts has none, though OSS leaves the marker empty") {
  const auto listing = parse_part_listing(
      parts("<NextPartNumberMarker></NextPartNumberMarker><IsTruncated>false</IsTruncated>"), 0);
  REQUIRE(listing);
  CHECK(listing->parts.empty());
  CHECK_FALSE(listing->next);
}

TEST_CASE("a list of parts that is cut goes on after its last part, or is of no use") {
  const std::string cut = "<IsTruncated>true</IsTruncated>";
  CHECK(parse_part_listing(parts(cut + part(1) + part(2)), 0)->next == 2);
  CHECK(cause_of_parts(cut) == "it is cut and does not say how to go on");
  CHECK(cause_of_parts(cut + part(4), 4) == "it goes on where it began");
}

TEST_CASE("parts that are out of order, doubled or numbered from nought are of no use") {
  CHECK(cause_of_parts(part(2) + part(1)) == "its parts are out of order");
  CHECK(cause_of_parts(part(1) + part(1)) == "its parts are out of order");
  CHECK(cause_of_parts(part(0)) == "its parts are out of order");
  CHECK(cause_of_parts("<Part><PartNumber>1</PartNumber><Size>1</Size></Part>")
            .starts_with("ETag is missing"));
  CHECK(cause_of_parts("<Part><PartNumber>1</PartNumber><Size>1</Size><ETag/></Part>") ==
        "a part has no ETag");
}

TEST_CASE("the uploads that others left are listed with their age") {
  const auto listing = parse_upload_listing(
      uploads("<EncodingType>url</EncodingType><NextKeyMarker>a+b</NextKeyMarker>"
              "<NextUploadIdMarker>YW55</NextUploadIdMarker><IsTruncated>true</IsTruncated>"
              "<Upload><Key>a%2Bb</Key><UploadId>XMgb</UploadId><Initiator><ID>7</ID></Initiator>"
              "<StorageClass>STANDARD</StorageClass><Initiated>2010-11-10T20:48:33.000Z</Initiated>"
              "</Upload>"),
      {});
  REQUIRE(listing);
  REQUIRE(listing->uploads.size() == 1);
  CHECK(listing->uploads[0].key == "a+b");
  CHECK(listing->uploads[0].upload_id == "XMgb");
  CHECK(listing->uploads[0].begun == parse_iso_time("2010-11-10T20:48:33Z"));
  CHECK(listing->next == UploadMarker{"a b", "YW55"});
}

TEST_CASE("an upload that cannot be named is of no use to who would abort it") {
  CHECK_FALSE(
      parse_upload_listing(uploads("<Upload><Key>a</Key><UploadId></UploadId></Upload>"), {}));
  CHECK_FALSE(parse_upload_listing(uploads("<Upload><UploadId>7</UploadId></Upload>"), {}));
  CHECK_FALSE(parse_upload_listing(uploads("<IsTruncated>true</IsTruncated>"), {}));
  CHECK_FALSE(
      parse_upload_listing(uploads("<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>"
                                   "<NextUploadIdMarker>7</NextUploadIdMarker>"),
                           {"a", "7"}));
}

TEST_CASE("an upload is finished when the store names its ETag, after any white space") {
  const auto finished = parse_finished_upload(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n   \n"
      "<CompleteMultipartUploadResult><Location>http://b.s3.amazonaws.com/k</Location>"
      "<Bucket>b</Bucket><Key>k</Key><ETag>\"3858f62230ac3c915f300c664312c11f-9\"</ETag>"
      "<ChecksumCRC64NVME>abc=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>"
      "</CompleteMultipartUploadResult>");
  REQUIRE(finished);
  CHECK(finished->etag == "\"3858f62230ac3c915f300c664312c11f-9\"");
  CHECK(finished->crc64nvme == "abc=");
  CHECK(finished->checksum_type == "FULL_OBJECT");
}

TEST_CASE("an upload is finished though the store does not name its ETag, as Ceph's does not") {
  const auto finished = parse_finished_upload(
      "<CompleteMultipartUploadResult><Location>localhost/b/k&#x01;</Location><Bucket>b</Bucket>"
      "<Key>k&#x01;</Key><ETag></ETag></CompleteMultipartUploadResult>");
  REQUIRE(finished);
  CHECK(finished->etag.empty());
}

TEST_CASE("a success that holds an error has finished nothing") {
  const auto failed = parse_finished_upload(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n   \n"
      "<Error><Code>InternalError</Code><Message>We encountered an internal error</Message>"
      "</Error>");
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().said);
  CHECK(trouble_of(*failed.error().said, 200) == StoreTrouble::TryAgain);
  CHECK_FALSE(parse_finished_upload(""));
  CHECK_FALSE(parse_finished_copy("<Error><Code>SlowDown</Code></Error>"));
}

TEST_CASE("a copied object and a copied part have an ETag") {
  const auto object = parse_finished_copy(
      "<CopyObjectResult><ETag>\"9b2cf5\"</ETag><LastModified>2009-10-28T22:32:00Z</LastModified>"
      "</CopyObjectResult>");
  REQUIRE(object);
  CHECK(object->etag == "\"9b2cf5\"");
  CHECK(object->modified == parse_iso_time("2009-10-28T22:32:00Z"));
  CHECK(parse_finished_copy("<CopyPartResult><ETag>\"9b2cf5\"</ETag></CopyPartResult>"));
  CHECK_FALSE(parse_finished_copy("<CopyPartResult/>"));
}

TEST_CASE("what was deleted and what was not are told apart by key") {
  const auto keys = parse_deleted_keys(
      "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code>"
      "<Message>Access Denied</Message></Error><Deleted><Key>c</Key></Deleted></DeleteResult>",
      false);
  REQUIRE(keys);
  REQUIRE(keys->deleted.size() == 2);
  CHECK(keys->deleted[0].key == "a");
  CHECK(keys->deleted[1].key == "c");
  REQUIRE(keys->failed.size() == 1);
  CHECK(keys->failed[0].key == "b");
  CHECK(keys->failed[0].code == "AccessDenied");
}

TEST_CASE("the keys of OSS's answer to a deletion are unescaped where it says so") {
  const auto keys = parse_deleted_keys(
      "<DeleteResult><EncodingType>url</EncodingType><Deleted><Key>a%0Ab</Key></Deleted>"
      "</DeleteResult>",
      false);
  REQUIRE(keys);
  CHECK(keys->deleted[0].key == "a\nb");
}

TEST_CASE("only a quiet deletion may be answered with nothing") {
  CHECK(parse_deleted_keys("", true));
  CHECK(parse_deleted_keys(" \r\n", true));
  CHECK_FALSE(parse_deleted_keys("", false));
  CHECK_FALSE(parse_deleted_keys("<Error><Code>MalformedXML</Code></Error>", true));
}
