// How a page of a listing is asked for.
#include <catch2/catch.hpp>

#include "remote/listing_request.hpp"
#include "remote/uri_encoding.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string query_of(const ListingWish& wish) {
  return encoded_query(StoreKind::S3, listing_request(wish).query);
}

}  // namespace

TEST_CASE("The first page names the prefix alone, and where it begins") {
  CHECK(query_of({.question = {.prefix = "", .from = ""}, .after = ""}) ==
        "encoding-type=url&list-type=2&max-keys=1000");
  CHECK(query_of({.question = {.prefix = "a b/", .from = ""}, .after = "a b/c"}) ==
        "encoding-type=url&list-type=2&max-keys=1000&prefix=a%20b%2F&start-after=a%20b%2Fc");
}

TEST_CASE("The next page goes on from the store's token, and not from the first page's place") {
  CHECK(query_of({.question = {.prefix = "p", .from = "1+/="}, .after = "pc"}) ==
        "continuation-token=1%2B%2F%3D&encoding-type=url&list-type=2&max-keys=1000&prefix=p");
}

TEST_CASE("Without tokens the last key leads on") {
  const ListingQuestion first{.prefix = "p", .from = "", .steps = ListingSteps::Markers};
  const ListingQuestion next{.prefix = "p", .from = "pd\n", .steps = ListingSteps::Markers};
  CHECK(query_of({.question = first, .after = "pc"}) ==
        "encoding-type=url&marker=pc&max-keys=1000&prefix=p");
  CHECK(query_of({.question = next, .after = "pc"}) ==
        "encoding-type=url&marker=pd%0A&max-keys=1000&prefix=p");
}

TEST_CASE("Folders are parted by slashes") {
  CHECK(query_of({.question = {.prefix = "", .from = ""}, .after = "", .folders = true}) ==
        "delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000");
}

TEST_CASE("The first key alone is a page of one") {
  CHECK(query_of({.question = {.prefix = "p", .from = ""}, .after = "", .first_alone = true}) ==
        "encoding-type=url&list-type=2&max-keys=1&prefix=p");
}
