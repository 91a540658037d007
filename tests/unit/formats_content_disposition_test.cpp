#include <catch2/catch.hpp>

#include "formats/content_disposition.hpp"

using namespace std::string_literals;
using xget::formats::parse_disposition_name;

TEST_CASE("a name is a token, a quoted string, or an extended value") {
  CHECK(parse_disposition_name("attachment; filename=a.iso") == "a.iso");
  CHECK(parse_disposition_name("attachment; filename=\"a b.iso\"") == "a b.iso");
  CHECK(parse_disposition_name("attachment; filename*=UTF-8''a%20b.iso") == "a b.iso");
  CHECK(parse_disposition_name("attachment; filename*=utf-8'de'%c3%a4.iso") == "ä.iso");
  CHECK(parse_disposition_name("attachment; filename*=ISO-8859-1''%e4.iso") == "ä.iso");
  CHECK(parse_disposition_name("ATTACHMENT;FILENAME = \"a\" ; x=y") == "a");
  CHECK(parse_disposition_name("inline; filename=a") == "a");
}

TEST_CASE("the extended name goes before the plain one, in either order") {
  CHECK(parse_disposition_name("attachment; filename=\"a\"; filename*=UTF-8''b") == "b");
  CHECK(parse_disposition_name("attachment; filename*=UTF-8''b; filename=\"a\"") == "b");
}

TEST_CASE("an extended name that cannot be read leaves the plain one") {
  for (const char* bad :
       {"UTF-8''%ff", "UTF-8''%c0%af", "UTF-16''a", "UTF-8'a", "a", "", "UTF-8''", "''a"}) {
    INFO(bad);
    const std::string extended = std::string("filename*=") + bad;
    CHECK(parse_disposition_name("attachment; filename=plain; " + extended) == "plain");
    CHECK(parse_disposition_name("attachment; " + extended) == std::nullopt);
  }
}

TEST_CASE("quotes keep what would else part parameters, and their escapes are taken off") {
  CHECK(parse_disposition_name(R"(attachment; filename="a;b=\"c\".iso"; x=y)") == R"(a;b="c".iso)");
  CHECK(parse_disposition_name(R"(attachment; x="; filename=no"; filename=yes)") == "yes");
  CHECK(parse_disposition_name(R"(attachment; filename="a\\b")") == R"(a\b)");
  CHECK(parse_disposition_name("attachment; filename=\"it's\"") == "it's");
}

TEST_CASE("what browsers forgive is forgiven") {
  CHECK(parse_disposition_name("filename=a") == "a");
  CHECK(parse_disposition_name("filename=\"a\"") == "a");
  CHECK(parse_disposition_name("; filename=a") == "a");
  CHECK(parse_disposition_name("attachment; filename=my file.iso; x=y") == "my file.iso");
  CHECK(parse_disposition_name("attachment; filename=\"a\"rest; x=y") == "a");
}

TEST_CASE("a plain name in ISO-8859-1 becomes UTF-8, and one in UTF-8 stays") {
  CHECK(parse_disposition_name("attachment; filename=\"\xe4.iso\"") == "ä.iso");
  CHECK(parse_disposition_name("attachment; filename=\"ä.iso\"") == "ä.iso");
}

TEST_CASE("a plain name is not percent-decoded") {
  CHECK(parse_disposition_name("attachment; filename=\"%2e%2e%2fa\"") == "%2e%2e%2fa");
}

TEST_CASE("where nothing names the file there is no name") {
  for (const char* value :
       {"", "attachment", "inline;", ";;;", "attachment; filename=", "attachment; filename=\"\"",
        "attachment; name=a", "attachment; filename", "attachment; filename=\"a",
        "attachment; filename=\"a\\", "attachment; xfilename=a", "="}) {
    INFO(value);
    CHECK(parse_disposition_name(value) == std::nullopt);
  }
}

TEST_CASE("a name that is given twice is none") {
  CHECK(parse_disposition_name("attachment; filename=a; filename=b") == std::nullopt);
  CHECK(parse_disposition_name("attachment; filename*=UTF-8''a; filename*=UTF-8''b") ==
        std::nullopt);
}

TEST_CASE("what a server says is a name comes out as it is said, to be made safe") {
  CHECK(parse_disposition_name("attachment; filename*=UTF-8''..%2f..%2fetc%2fpasswd%00") ==
        "../../etc/passwd\0"s);
}
