// The INI dialect of ~/.aws/credentials and ~/.aws/config.
#include <catch2/catch.hpp>
#include <string>

#include "formats/profile_file.hpp"

using namespace xget;
using formats::parse_profile_file;

namespace {

formats::ProfileSections sections(const std::string& text) {
  const auto parsed = parse_profile_file(text, "file");
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string value(const std::string& text, const std::string& name = "a") {
  return sections("[default]\n" + text).at("default").values.at(name);
}

std::string refusal(const std::string& text) {
  const auto parsed = parse_profile_file(text, "~/.aws/config");
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == ErrorCode::Usage);
  return to_string(parsed.error());
}

}  // namespace

TEST_CASE("sections hold names and values") {
  const auto all = sections("[default]\naws_access_key_id = AK\n\n[profile dev]\nregion=eu-west-1");
  CHECK(all.size() == 2);
  CHECK(all.at("default").values.at("aws_access_key_id") == "AK");
  CHECK(all.at("profile dev").values.at("region") == "eu-west-1");
}

TEST_CASE("a value begins after the first delimiter, and white space around it is none of it") {
  CHECK(value("a = b=c") == "b=c");
  CHECK(value("a : b") == "b");
  CHECK(value("a = ab/c+d==") == "ab/c+d==");
  CHECK(value("a =\t b c \r") == "b c");
  CHECK(value("a =") == "");
  CHECK(value("A_Name = b", "a_name") == "b");
}

TEST_CASE("a comment has a line of its own") {
  CHECK(value("# x\na = b # no comment\n  ; another\n") == "b # no comment");
}

TEST_CASE("an indented line goes on with the value") {
  CHECK(value("a = first\n  second\n\n # between\n  third = 3\nb = 1") ==
        "first\nsecond\nthird = 3");
  CHECK(value("  a = first\n  b = second") == "first");
  CHECK(value("a = first\n  [no section]") == "first\n[no section]");
}

TEST_CASE("a value of indented lines alone is a block of its own") {
  const auto all = sections(
      "[default]\ns3 =\n  addressing_style = path\n\n  max = 3\nregion = x\n[services own]\n"
      "S3 =\n endpoint_url = https://store.example");
  CHECK(all.at("default").blocks.at("s3").at("addressing_style") == "path");
  CHECK(all.at("default").blocks.at("s3").at("max") == "3");
  CHECK(all.at("default").values.at("region") == "x");
  CHECK(all.at("services own").blocks.at("s3").at("endpoint_url") == "https://store.example");
}

TEST_CASE("of what stands twice the last counts") {
  CHECK(value("a = 1\n[profile b]\na = 2\n[default]\na = 3") == "3");
  CHECK(sections("[default]\na = 1\na =\n b = 2").at("default").values.empty());
  CHECK(sections("[default]\na =\n b = 2\na = 1").at("default").blocks.empty());
}

TEST_CASE("a line that cannot be read is told by its number, and not a word of it") {
  CHECK(refusal("[default]\nsecret") ==
        "read the profiles in ~/.aws/config: line 2: it is neither \"[section]\" nor \"name = "
        "value\"");
  CHECK(refusal("secret = 1").find("line 1: it stands before the first [section]") !=
        std::string::npos);
  CHECK(refusal("[secret\n").find("line 1") != std::string::npos);
  CHECK(refusal("[]\n").find("line 1") != std::string::npos);
  CHECK(refusal("[a]\n= secret").find("line 2: a value has no name") != std::string::npos);
  CHECK(refusal("[a]\nb =\n  c = 1\n  secret\n").find("line 4") != std::string::npos);
  CHECK(refusal(std::string("[a]\nb = c\0d", 12)).find("NUL") != std::string::npos);
  CHECK(refusal(std::string(formats::kLargestProfileFile + 1, ' ')).find("1 MiB") !=
        std::string::npos);
  std::string many;
  for (std::size_t i = 0; i <= formats::kMostProfileSections; ++i) {
    many += "[" + std::to_string(i) + "]\n";
  }
  CHECK(refusal(many).find("too many") != std::string::npos);
}
