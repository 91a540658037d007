// Which URLs lead to one resource.
#include <catch2/catch.hpp>

#include "net/resource_name.hpp"

using namespace xget;

namespace {

std::string name(const std::string& url) { return net::resource_name(*net::parse_url(url)); }

}  // namespace

TEST_CASE("other places, paths and questions are other resources") {
  const std::string one = name("http://a.test/file?id=1");
  CHECK(one.size() == 64);
  for (const char* other :
       {"https://a.test/file?id=1", "http://b.test/file?id=1", "http://a.test:81/file?id=1",
        "http://a.test/other?id=1", "http://a.test/file?id=2", "http://a.test/file",
        "http://a.test/file?id=1&expires=7", "http://a.test/FILE?id=1"}) {
    CAPTURE(other);
    CHECK(name(other) != one);
  }
  CHECK(name("http://a.test:80/file?id=1#part") == one);
  CHECK(name("http://me:secret@A.test/file?id=1") == one);
}

TEST_CASE("a URL that is signed anew leads to the same resource") {
  CHECK(name("https://b.test/k?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-Signature=aa") ==
        name("https://b.test/k?X-Amz-Date=20260102T000000Z&X-Amz-Expires=90&X-Amz-Signature=bb"));
  CHECK(name("https://b.test/k?sp=r&se=2026-01-01&sr=b&sig=a%2Fb&rscd=attachment") ==
        name("https://b.test/k?sp=r&se=2026-01-02&sr=b&sig=c%2Fd&rscd=attachment"));
  CHECK(name("https://b.test/k?Expires=1&Signature=x&Key-Pair-Id=y") == name("https://b.test/k"));
}

TEST_CASE("what else a signed URL asks for is part of the name") {
  CHECK(name("https://b.test/k?versionId=1&X-Amz-Signature=aa") !=
        name("https://b.test/k?versionId=2&X-Amz-Signature=aa"));
  CHECK(name("https://b.test/get?id=1&token=x") != name("https://b.test/get?id=2&token=x"));
  CHECK(name("https://b.test/get?id=1&token=x") == name("https://b.test/get?id=1&token=y"));
}
