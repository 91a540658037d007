#include <catch2/catch.hpp>
#include <string>

#include "base/encoding.hpp"
#include "net/url.hpp"
#include "remote/uri_encoding.hpp"

using namespace xget;
using namespace xget::remote;

TEST_CASE("a key is encoded byte by byte, its slashes stay") {
  CHECK(encoded_path("a/b//c/") == "a/b//c/");
  CHECK(encoded_path("AZaz09-._~") == "AZaz09-._~");
  CHECK(encoded_path("a b+c%20?#&=") == "a%20b%2Bc%2520%3F%23%26%3D");
  CHECK(encoded_path("é*'()!$,;:@") == "%C3%A9%2A%27%28%29%21%24%2C%3B%3A%40");
}

TEST_CASE("whatever bytes a key has, the URL that carries it is left as it was made") {
  std::string key = "k";
  for (int byte = 0; byte < 256; ++byte) key += static_cast<char>(byte);
  const auto url = net::parse_url("https://bucket.example/" + encoded_path(key));
  REQUIRE(url.has_value());
  CHECK(url->path == "/" + encoded_path(key));
  CHECK(percent_decoded(url->path) == "/" + key);
}

TEST_CASE("a query is sorted by its encoded names, then by its values") {
  CHECK(encoded_query(StoreKind::S3, {}).empty());
  // "=" comes after "-": names are compared, not whole parameters. "%" comes before letters.
  CHECK(encoded_query(StoreKind::S3,
                      {{"b", "2"}, {"a-", "x"}, {"a", "z"}, {"b", "10"}, {"é", "1"}, {"B", "0"}}) ==
        "%C3%A9=1&B=0&a=z&a-=x&b=10&b=2");
  CHECK(encoded_query(StoreKind::S3, {{"prefix", "a/b c"}}) == "prefix=a%2Fb%20c");
}

TEST_CASE("each store has its way to write a parameter without a value") {
  CHECK(encoded_query(StoreKind::S3, {{"uploads", ""}}) == "uploads=");
  CHECK(encoded_query(StoreKind::Oss, {{"uploads", ""}}) == "uploads");
}
