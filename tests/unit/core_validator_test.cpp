#include <catch2/catch.hpp>

#include "core/http_date.hpp"
#include "core/validator.hpp"

using namespace xget;
using namespace xget::core;

namespace {

constexpr char kMonday[] = "Mon, 05 Jan 2026 10:00:00 GMT";
constexpr char kTuesday[] = "Tue, 06 Jan 2026 10:00:00 GMT";

ResponseHead head(std::vector<Header> headers) {
  ResponseHead result;
  result.status = 206;
  result.headers = std::move(headers);
  return result;
}

Validators strong(std::string tag) {
  Validators validators;
  validators.strong_etag = std::move(tag);
  return validators;
}
Validators weak(std::string tag) {
  Validators validators;
  validators.weak_etag = std::move(tag);
  return validators;
}
Validators dated(std::string date, bool is_strong) {
  Validators validators;
  validators.last_modified = std::move(date);
  validators.last_modified_is_strong = is_strong;
  return validators;
}

}  // namespace

TEST_CASE("Strong and weak ETags are told apart, malformed ones are absent") {
  CHECK(read_validators(head({{"etag", "\"abc\""}})).strong_etag == "\"abc\"");
  CHECK(read_validators(head({{"ETag", "W/\"abc\""}})).weak_etag == "\"abc\"");
  for (const char* bad : {"abc", "\"abc", "w/\"abc\"", "\"a\"b\"", "\"a b\"", "\"", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(read_validators(head({{"ETag", bad}})).any());
  }
}

TEST_CASE("An ETag that was written down is read again as its header had it") {
  for (const std::string etag : {"\"a\"", "W/\"a-b\"", "\"\"", "W/\"\""}) {
    const auto validators = validators_of_tag(etag);
    REQUIRE(validators);
    CHECK(tag_of(*validators) == etag);
    CHECK(validators->strong_etag.empty() == etag.starts_with("W/"));
  }
  for (const char* none : {"", "a", "\"a b\"", "W/", "\"", "\"a", "w/\"a\"", "\"a\"\n\"b\"", "*"}) {
    CHECK_FALSE(validators_of_tag(none));
  }
  CHECK(tag_of({}).empty());
}

TEST_CASE("Last-Modified is strong when Date is at least a second later") {
  CHECK(read_validators(head({{"Last-Modified", kMonday}, {"Date", kTuesday}})).strong());
  CHECK_FALSE(read_validators(head({{"Last-Modified", kMonday}, {"Date", kMonday}})).strong());
  CHECK_FALSE(read_validators(head({{"Last-Modified", kMonday}})).strong());
  CHECK_FALSE(read_validators(head({{"Last-Modified", "yesterday"}})).any());
}

TEST_CASE("An equal strong ETag proves one version, another one shows a change") {
  CHECK(compare_versions(strong("\"a\""), strong("\"a\"")) == VersionMatch::Same);
  CHECK(compare_versions(strong("\"a\""), strong("\"b\"")) == VersionMatch::Different);
}

TEST_CASE("A weak ETag shows a change, never an equality") {
  CHECK(compare_versions(weak("\"a\""), weak("\"a\"")) == VersionMatch::Unproven);
  CHECK(compare_versions(weak("\"a\""), weak("\"b\"")) == VersionMatch::Different);
  CHECK(compare_versions(strong("\"a\""), weak("\"a\"")) == VersionMatch::Unproven);
  CHECK(compare_versions(strong("\"a\""), weak("\"b\"")) == VersionMatch::Different);
}

TEST_CASE("Dates prove equality only where both are strong") {
  CHECK(compare_versions(dated(kMonday, true), dated(kMonday, true)) == VersionMatch::Same);
  CHECK(compare_versions(dated(kMonday, true), dated(kMonday, false)) == VersionMatch::Unproven);
  CHECK(compare_versions(dated(kMonday, true), dated(kTuesday, true)) == VersionMatch::Different);
}

TEST_CASE("A date does not stand in for a strong ETag that went missing") {
  Validators known = dated(kMonday, true);
  known.strong_etag = "\"a\"";
  CHECK(compare_versions(known, dated(kMonday, true)) == VersionMatch::Unproven);
}

TEST_CASE("No validators prove nothing and show nothing") {
  CHECK(compare_versions({}, {}) == VersionMatch::Unproven);
  CHECK(compare_versions(strong("\"a\""), {}) == VersionMatch::Unproven);
}

TEST_CASE("If-Range carries strong validators alone") {
  CHECK(if_range_value(strong("\"a\"")) == "\"a\"");
  CHECK(if_range_value(dated(kMonday, true)) == kMonday);
  CHECK_FALSE(if_range_value(dated(kMonday, false)));
  CHECK_FALSE(if_range_value(weak("\"a\"")));
}

TEST_CASE("All three forms of HTTP dates are read") {
  const WallTime expected = std::chrono::sys_days{std::chrono::year{1994} / 11 / 6} +
                            std::chrono::hours(8) + std::chrono::minutes(49) +
                            std::chrono::seconds(37);
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == expected);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == expected);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == expected);
  for (const char* bad : {"", "06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_http_date(bad));
  }
}

TEST_CASE("Retry-After is seconds or a date, and a past date is no wait") {
  const WallTime now =
      std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours(9);
  CHECK(parse_retry_after("120", now) == std::chrono::minutes(2));
  CHECK(parse_retry_after(kMonday, now) == std::chrono::hours(1));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == Duration::zero());
  CHECK(parse_retry_after("99999999999999999999", now) == std::nullopt);
  // More than nanoseconds can count.
  const auto century = std::chrono::days(100 * 365);
  CHECK(parse_retry_after("18446744073709551615", now) == century);
  CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now) == century);
  CHECK(parse_retry_after("18446744073709551615", now).value() > Duration::zero());
}

TEST_CASE("A server is asked for another version by a strong validator alone") {
  const auto field = [](const Validators& known) {
    const auto header = unless_unchanged(known);
    return header ? header->name + ": " + header->value : "";
  };
  CHECK(field(strong("\"a\"")) == "If-None-Match: \"a\"");
  CHECK(field(dated(kMonday, true)) == "If-Modified-Since: " + std::string(kMonday));
  CHECK(field(dated(kMonday, false)).empty());
  CHECK(field({}).empty());
}
