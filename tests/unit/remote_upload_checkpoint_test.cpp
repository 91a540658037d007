// What the next run is told of an upload that was not finished.
#include <catch2/catch.hpp>

#include "remote/upload_checkpoint.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

UploadCheckpoint some_upload() {
  return {.url = "s3://bucket/key",
          .file = "/home/me/disk.img",
          .upload_id = "2~x/+=",
          .token = "17",
          .plan = {50 * kMiB, 8 * kMiB},
          .sha256 = std::string(64, 'a'),
          .encryption = "aws:kms some key",
          .parts = {{1, {"\"etag\"", "md5"}}, {7, {"\"e\\t\nag\"", ""}}}};
}

// A document with one member replaced, or left out where `value` is empty.
std::string document_with(const std::string& name, const std::string& value) {
  const std::vector<std::pair<std::string, std::string>> usual{{"v", "1"},
                                                               {"upload_id", "\"u\""},
                                                               {"token", "\"t\""},
                                                               {"size", "9000000"},
                                                               {"part_size", "8388608"},
                                                               {"sha256", "\"s\""},
                                                               {"parts", "[[2, \"e\", \"m\"]]"}};
  std::string text;
  for (const auto& [each, usual_value] : usual) {
    const std::string& said = each == name ? value : usual_value;
    if (!said.empty()) text += (text.empty() ? "{\"" : ",\"") + each + "\":" + said;
  }
  return text + "}";
}

bool takes(const std::string& name, const std::string& value) {
  const auto parsed = parse_upload_checkpoint(document_with(name, value));
  if (!parsed) {
    CHECK(parsed.error().code == ErrorCode::Disk);
    CHECK_FALSE(parsed.error().cause.empty());
  }
  return parsed.has_value();
}

}  // namespace

TEST_CASE("a checkpoint is read as it was written") {
  const auto again = parse_upload_checkpoint(to_text(some_upload()));
  REQUIRE(again);
  CHECK(*again == some_upload());
}

TEST_CASE("a checkpoint is one line, whatever the store calls its parts") {
  const std::string text = to_text(some_upload());
  CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("what is no text is written so that it can be read") {
  UploadCheckpoint upload = some_upload();
  upload.parts[2] = {"\xff", ""};
  const auto again = parse_upload_checkpoint(to_text(upload));
  REQUIRE(again);
  CHECK(again->parts.at(2).etag != upload.parts.at(2).etag);  // such a part is sent again
}

TEST_CASE("the largest list of parts fits into the largest document") {
  UploadCheckpoint upload = some_upload();
  upload.plan = {kMostParts * 8 * kMiB, 8 * kMiB};
  for (std::uint64_t number = 1; number <= kMostParts; ++number) {
    upload.parts[number] = {"\"" + std::string(32, 'e') + "\"", std::string(32, 'm')};
  }
  const std::string text = to_text(upload);
  CHECK(text.size() < kLargestUploadCheckpoint / 3);
  CHECK(parse_upload_checkpoint(text)->parts.size() == kMostParts);
}

TEST_CASE("what people are told in it may be missing, what counts may not") {
  CHECK(takes("nothing", ""));
  for (const char* name : {"v", "upload_id", "token", "size", "part_size", "sha256", "parts"}) {
    INFO(name);
    CHECK_FALSE(takes(name, ""));
    CHECK_FALSE(takes(name, "null"));
    CHECK_FALSE(takes(name, "-1"));
    CHECK_FALSE(takes(name, "{}"));
  }
}

TEST_CASE("a later version's checkpoint is none") { CHECK_FALSE(takes("v", "2")); }

TEST_CASE("an upload that was asked for alone has no id, and no parts") {
  CHECK_FALSE(takes("upload_id", "\"\""));
  auto asked = some_upload();
  asked.upload_id.clear();
  asked.parts.clear();
  asked.unheard_since = WallTime(std::chrono::seconds(1767225600));
  CHECK(*parse_upload_checkpoint(to_text(asked)) == asked);
}

TEST_CASE("parts that no store takes are none") {
  CHECK_FALSE(takes("part_size", "0"));
  CHECK_FALSE(takes("part_size", "1"));
  CHECK_FALSE(takes("part_size", "99999999999"));
  CHECK_FALSE(takes("size", "99999999999999"));
  CHECK_FALSE(takes("size", "1.5"));
}

TEST_CASE("each part is one of the plan's, named once, with an ETag and a digest") {
  CHECK(takes("parts", "[]"));
  for (const char* parts :
       {"[[0, \"e\", \"m\"]]", "[[3, \"e\", \"m\"]]", "[[1, \"e\"]]", "[[1, \"e\", \"m\", 1]]",
        "[[1, 2, \"m\"]]", "[[1, \"e\", null]]", "[[\"1\", \"e\", \"m\"]]", "[1]",
        "[[1, \"e\", \"m\"], [1, \"e\", \"m\"]]", "[[1, [\"e\"], \"m\"]]"}) {
    INFO(parts);
    CHECK_FALSE(takes("parts", parts));
  }
}

TEST_CASE("what is no document is refused, however deep it is") {
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{"),
                                  std::string(100'000, '['), std::string("\xff")}) {
    CHECK_FALSE(parse_upload_checkpoint(text));
  }
}

TEST_CASE("two uploads that differ in anything have two names") {
  const auto name = [](const char* endpoint, const char* url, const char* path) {
    return name_of_checkpoint(endpoint, url, path);
  };
  const std::string one = name("host", "s3://b/k", "/file");
  CHECK(one == name("host", "s3://b/k", "/file"));
  CHECK(one.size() == 32 + 5);
  CHECK(one.ends_with(".json"));
  CHECK(one != name("other", "s3://b/k", "/file"));
  CHECK(one != name("host", "s3://b/l", "/file"));
  CHECK(one != name("host", "s3://b/k", "/files"));
  CHECK(name("a", "b", "c") != name("ab", "", "c"));
}
