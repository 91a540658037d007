#include <catch2/catch.hpp>

#include "base/secrets.hpp"

using namespace xget;

namespace {

// The URL with each secret in brackets.
std::string marked(std::string_view url) {
  std::string text;
  std::size_t shown = 0;
  for (const SecretSpan& span : secrets_in_url(url)) {
    text.append(url.substr(shown, span.begin - shown));
    text.append("[").append(url.substr(span.begin, span.end - span.begin)).append("]");
    shown = span.end;
  }
  return text.append(url.substr(shown));
}

}  // namespace

TEST_CASE("user info is found however the URL is written") {
  CHECK(marked("https://me:pw@h/a") == "https://[me:pw]@h/a");
  CHECK(marked("me:pw@h/a") == "[me:pw]@h/a");
  CHECK(marked("https://me:p@w@h/a") == "https://[me:p@w]@h/a");
  CHECK(marked("https://me:p/w@h/a") == "https://[me:p/w]@h/a");
  CHECK(marked("https:/me:pw@h/a") == "https:/[me:pw]@h/a");
  CHECK(marked("https:\\\\me:pw@h/a") == "https:\\\\[me:pw]@h/a");
}

TEST_CASE("an at sign elsewhere is no user info") {
  for (const char* url : {"https://h:8080/@user/a", "https://[::1]:80/a@b", "h/a@b", "h:80/a@b",
                          "https://h/?q=a@b", "", "@", "https://", ":", "https:"}) {
    INFO(url);
    CHECK(secrets_in_url(url).empty());
  }
}

TEST_CASE("parameters that sound like secrets are found in path, query and fragment") {
  CHECK(marked("https://h/f?X-Amz-Signature=abc&X-Amz-Date=1&X-Amz-Credential=c#x") ==
        "https://h/f?X-Amz-Signature=[abc]&X-Amz-Date=1&X-Amz-Credential=[c]#x");
  CHECK(marked("https://h/f?sv=1&se=2&sp=r&sig=abc%3D") ==
        "https://h/f?sv=1&se=2&sp=r&sig=[abc%3D]");
  CHECK(marked("https://h/f;jsessionid=1?a=b") == "https://h/f;jsessionid=[1]?a=b");
  CHECK(marked("https://h/f#access_token=abc") == "https://h/f#access_token=[abc]");
  CHECK(marked("https://h/f?%73ig=abc") == "https://h/f?%73ig=[abc]");
  CHECK(marked("https://me:pw@h/f?token=a&x=1") == "https://[me:pw]@h/f?token=[a]&x=1");
  CHECK(marked("https://h/f?token=&token") == "https://h/f?token=&token");
}

TEST_CASE("a URL inside a URL hides its own user info") {
  CHECK(marked("https://h/f?next=https://me:pw@o/") == "https://h/f?next=[https://me:pw@o/]");
  CHECK(marked("https://h/f?https%3A%2F%2Fme:pw@o/&x=1") ==
        "https://h/f?[https%3A%2F%2Fme:pw@o/]&x=1");
}

TEST_CASE("a found parameter is named") {
  const std::string url = "https://h/f?apiKey=abc";
  REQUIRE(secrets_in_url(url).size() == 1);
  CHECK(secrets_in_url(url)[0].name == "apiKey");
  CHECK(secrets_in_url(url)[0].kind == SecretKind::Parameter);
}
