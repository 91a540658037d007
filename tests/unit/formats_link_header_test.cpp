#include <catch2/catch.hpp>

#include "formats/link_header.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::Links;

namespace {

Links read(std::string_view field) { return formats::parse_links({&field, 1}); }

// The targets of the duplicates, each followed by a space.
std::string mirrors(std::string_view field) {
  std::string targets;
  for (const auto& link : read(field).duplicates) targets += link.target + " ";
  return targets;
}

}  // namespace

TEST_CASE("a Link field names mirrors and Metalinks with what is said of them") {
  const Links links = read(R"(<http://a.example/f>; rel=duplicate; pri=1; geo=GB; pref, )"
                           R"(</f.meta4>;rel=describedby;type="application/metalink4+xml; x=y",)"
                           R"(<http://b.example/f> ; rel = "duplicate" ; depth=2)");
  REQUIRE(links.duplicates.size() == 2);
  CHECK(links.duplicates[0].target == "http://a.example/f");
  CHECK(links.duplicates[0].priority == 1);
  CHECK(links.duplicates[0].location == "gb");
  CHECK(links.duplicates[0].preferred);
  CHECK(links.duplicates[1].target == "http://b.example/f");
  CHECK(links.duplicates[1].priority == formats::kLowestPriority);
  CHECK(links.duplicates[1].location.empty());
  CHECK_FALSE(links.duplicates[1].preferred);
  REQUIRE(links.descriptions.size() == 1);
  CHECK(links.descriptions[0].target == "/f.meta4");
  CHECK(links.descriptions[0].type == "application/metalink4+xml");
}

TEST_CASE("mirrors of all Link fields go by priority, then in their order") {
  const std::string_view fields[] = {"<c>;rel=duplicate;pri=7,<e>;rel=duplicate",
                                     "<a>;rel=duplicate;pri=2,<d>;rel=duplicate;pri=7",
                                     "<b>;rel=duplicate;pri=2,<f>;rel=duplicate;pri=0"};
  std::string order;
  for (const auto& link : formats::parse_links(fields).duplicates) order += link.target;
  CHECK(order == "abcdef");
}

TEST_CASE("a link's relations are words in any case, and the first rel counts") {
  CHECK(mirrors("<a>; rel=\"next DUPLICATE\"") == "a ");
  CHECK(mirrors("<a>; REL=Duplicate") == "a ");
  CHECK(mirrors("<a>; rel=next; rel=duplicate").empty());
  CHECK(mirrors("<a>; rel=duplicates").empty());
  CHECK(mirrors("<a>; rev=duplicate").empty());
  CHECK(mirrors("<a>").empty());
  const Links both = read("<a>; rel=\"duplicate describedby\"");
  CHECK(both.duplicates.size() == 1);
  CHECK(both.descriptions.size() == 1);
}

TEST_CASE("a link about something else is none of the response's") {
  CHECK(mirrors("<a>; rel=duplicate; anchor=\"/other\", <b>; rel=duplicate") == "b ");
}

TEST_CASE("commas and semicolons within a target or quotes part nothing") {
  CHECK(mirrors("<http://a/x,y;z>; title=\"a, <b>; rel=next; \\\" \"; rel=duplicate, "
                "<c>; rel=duplicate") == "http://a/x,y;z c ");
}

TEST_CASE("empty members of a Link field are passed over") {
  CHECK(mirrors(", ,<a>;;rel=duplicate;,\t,<b>; rel=duplicate,") == "a b ");
  CHECK(mirrors("").empty());
  CHECK(mirrors("<>; rel=duplicate, < >; rel=duplicate").empty());
}

TEST_CASE("a malformed link ends its field, and what came before it stays") {
  for (const char* bad : {"b; rel=duplicate", "<b; rel=duplicate", "<b>; title=\"x; rel=duplicate",
                          "<b> rel=duplicate", "<b>x; rel=duplicate"}) {
    CAPTURE(bad);
    CHECK(mirrors("<a>; rel=duplicate, "s + bad + ", <c>; rel=duplicate") == "a ");
    const std::string field = bad;
    const std::string_view fields[] = {field, "<d>; rel=duplicate"};
    CHECK(formats::parse_links(fields).duplicates.size() == 1);
  }
}

TEST_CASE("no more links are kept than their bound allows") {
  std::string field;
  for (std::size_t i = 0; i < formats::kMostLinks + 1; ++i) {
    field += "<a>;rel=\"duplicate describedby\",";
  }
  CHECK(read(field).duplicates.size() == formats::kMostLinks);
  CHECK(read(field).descriptions.size() == formats::kMostLinks);
}
