// A file's media type by its name.
#include <catch2/catch.hpp>

#include "formats/content_type.hpp"

using xget::formats::content_type_of;

TEST_CASE("the last extension says the type, in any case and in any folder") {
  CHECK(content_type_of("a.html") == "text/html");
  CHECK(content_type_of("A.HTML") == "text/html");
  CHECK(content_type_of("s3://bucket/dir.d/page.v2.html") == "text/html");
  CHECK(content_type_of("a.tar.gz") == "application/gzip");
  CHECK(content_type_of("a.7z") == "application/x-7z-compressed");
  CHECK(content_type_of("a.zst") == "application/zstd");
}

TEST_CASE("a name that says nothing is of bytes") {
  for (const char* name : {"", "a", "a.", ".html", "dir.html/", "dir.html/a", "a.html ",
                           "a.unknown", "a.htm.l", "/", "a.html/.json"}) {
    INFO(name);
    CHECK(content_type_of(name) == "application/octet-stream");
  }
}
