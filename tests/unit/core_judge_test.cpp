// Judging responses: each row of what servers do, decided before the first body byte.
#include <catch2/catch.hpp>

#include "core/judge.hpp"

using namespace xget;
using namespace xget::core;

namespace {

constexpr char kTag[] = "\"v1\"";
const WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

Representation version_one() {
  Representation known;
  known.size = 1000;
  known.validators.strong_etag = kTag;
  known.ranges = true;
  return known;
}

Question middle() { return {.range = {100, 200}, .ranged = true, .expected = version_one()}; }
Question probe() { return {.range = {0, kUnknownEnd}, .ranged = true, .expected = std::nullopt}; }

ResponseHead partial(std::string content_range, std::string etag = kTag) {
  ResponseHead head;
  head.status = 206;
  head.headers = {{"Content-Range", std::move(content_range)}};
  if (!etag.empty()) head.headers.push_back({"ETag", std::move(etag)});
  return head;
}

ResponseHead whole(std::string length, std::string etag = kTag) {
  ResponseHead head;
  head.status = 200;
  if (!length.empty()) head.headers.push_back({"Content-Length", std::move(length)});
  if (!etag.empty()) head.headers.push_back({"ETag", std::move(etag)});
  return head;
}

ResponseHead status(int code) {
  ResponseHead head;
  head.status = code;
  return head;
}

Usable usable(const ResponseHead& head, const Question& question) {
  const Judgement judgement = judge(head, question, kNow);
  const auto* result = std::get_if<Usable>(&judgement);
  REQUIRE(result != nullptr);
  return *result;
}

Failure refused(const ResponseHead& head, const Question& question) {
  const Judgement judgement = judge(head, question, kNow);
  const auto* result = std::get_if<Failure>(&judgement);
  REQUIRE(result != nullptr);
  CHECK_FALSE(result->cause.empty());
  return *result;
}

FailureKind refusal(const ResponseHead& head, const Question& question) {
  return refused(head, question).kind;
}

}  // namespace

TEST_CASE("A 206 of the asked range, size and version is usable") {
  const Usable result = usable(partial("bytes 100-199/1000"), middle());
  CHECK(result.granted == ByteRange{100, 200});
  CHECK_FALSE(result.whole);
}

TEST_CASE("what has another size than somebody told is refused, whatever the version") {
  Question asked = GENERATE(probe(), middle());
  const ResponseHead head =
      asked.expected ? partial("bytes 100-199/1000") : partial("bytes 0-999/1000");
  asked.size = 1000;
  CHECK(usable(head, asked).representation.size == 1000U);
  asked.size = 999;
  CHECK(refused(head, asked).kind == FailureKind::WrongSize);
  CHECK(refused(head, asked).cause == "its size is 1000 bytes, and that of the wanted file is 999");
}

TEST_CASE("a whole body of the told size, or of none, is usable, and no other one") {
  Question asked = probe();
  asked.size = 1000;
  CHECK(usable(whole("1000"), asked).whole);
  CHECK_FALSE(usable(whole(""), asked).representation.size.has_value());
  CHECK(refusal(whole("1001"), asked) == FailureKind::WrongSize);
}

TEST_CASE("another version is told as such also where its size is wrong") {
  Question asked = middle();
  asked.size = 1000;
  CHECK(refusal(partial("bytes 100-199/1001"), asked) == FailureKind::OtherVersion);
}

TEST_CASE("A 206 may be shorter than asked, as from servers that cap the range") {
  CHECK(usable(partial("bytes 100-149/1000"), middle()).granted == ByteRange{100, 150});
}

TEST_CASE("A total of * is legal once the size is known") {
  CHECK(usable(partial("bytes 100-199/*"), middle()).granted == ByteRange{100, 200});
}

TEST_CASE("A range that names no total does not pass the size that is known") {
  CHECK(refusal(partial("bytes 100-1000/*"), middle()) == FailureKind::BadRange);
  const Question open{.range = {100, kUnknownEnd}, .ranged = true, .expected = version_one()};
  CHECK(refusal(partial("bytes 100-18446744073709551613/*"), open) == FailureKind::BadRange);
  CHECK(usable(partial("bytes 100-999/*"), open).granted == ByteRange{100, 1000});
}

TEST_CASE("A range of an unknown total is no range for the probe") {
  CHECK(refusal(partial("bytes 0-999/*"), probe()) == FailureKind::NoRanges);
}

TEST_CASE("A 206 that starts early or late is refused") {
  CHECK(refusal(partial("bytes 99-198/1000"), middle()) == FailureKind::BadRange);
  CHECK(refusal(partial("bytes 101-199/1000"), middle()) == FailureKind::BadRange);
}

TEST_CASE("A 206 without, with a repeated or with a nonsensical Content-Range is refused") {
  ResponseHead none = status(206);
  CHECK(refusal(none, middle()) == FailureKind::BadRange);
  ResponseHead twice = partial("bytes 100-199/1000");
  twice.headers.push_back({"Content-Range", "bytes 100-199/1000"});
  CHECK(refusal(twice, middle()) == FailureKind::BadRange);
  for (const char* nonsense : {"bytes=100-199/1000", "bytes 100-199", "bytes */1000", "bytes *", "",
                               "bytes 100-1000/1000", "bytes 199-100/1000", "items 100-199/1000",
                               "bytes 100-99999999999999999999/1000", "bytes 100 - 199/1000"}) {
    CAPTURE(nonsense);
    CHECK(refusal(partial(nonsense), middle()) == FailureKind::BadRange);
  }
}

TEST_CASE("Another total or another validator is another version") {
  const Failure longer = refused(partial("bytes 100-199/1001"), middle());
  CHECK(longer.kind == FailureKind::OtherVersion);
  REQUIRE(longer.offered);
  CHECK(longer.offered->size == 1001U);
  CHECK(refusal(partial("bytes 100-199/1000", "\"v2\""), middle()) == FailureKind::OtherVersion);
}

TEST_CASE("A response without the strong validator that was there before proves nothing") {
  CHECK(refusal(partial("bytes 100-199/1000", ""), middle()) == FailureKind::BadRange);
  CHECK(refusal(partial("bytes 100-199/1000", "W/\"v1\""), middle()) == FailureKind::BadRange);
}

TEST_CASE("Where earlier responses had a weak validator, one with none at all is refused") {
  Question question = middle();
  question.expected->validators = {
      .strong_etag = "", .weak_etag = kTag, .last_modified = "", .last_modified_is_strong = false};
  CHECK(refusal(partial("bytes 100-199/1000", ""), question) == FailureKind::BadRange);
  CHECK(usable(partial("bytes 100-199/1000", "W/\"v1\""), question).granted.begin == 100);
}

TEST_CASE("A multipart answer to one range is refused") {
  ResponseHead head = partial("bytes 100-199/1000");
  head.headers.push_back({"Content-Type", "multipart/byteranges; boundary=x"});
  CHECK(refusal(head, middle()) == FailureKind::BadRange);
}

TEST_CASE("A coded body is refused, identity is none") {
  ResponseHead head = partial("bytes 100-199/1000");
  head.headers.push_back({"Content-Encoding", "gzip"});
  CHECK(refusal(head, middle()) == FailureKind::Coded);
  head.headers.back().value = "identity";
  usable(head, middle());
  ResponseHead full = whole("1000");
  full.headers.push_back({"content-encoding", "br"});
  CHECK(refusal(full, probe()) == FailureKind::Coded);
}

TEST_CASE("A 200 to a range in the middle is never written there") {
  CHECK(refusal(whole("1000"), middle()) == FailureKind::NoRanges);
  CHECK(
      refusal(whole("1000", ""), {.range = {100, 200}, .ranged = true, .expected = std::nullopt}) ==
      FailureKind::NoRanges);
}

TEST_CASE("A login page as 200 in the middle of the file is not the file") {
  CHECK(refusal(whole("512", ""), middle()) == FailureKind::OtherVersion);
}

TEST_CASE("A 200 to the probe is the whole from 0") {
  const Usable result = usable(whole("1000"), probe());
  CHECK(result.whole);
  CHECK(result.granted == ByteRange{0, 1000});
  CHECK_FALSE(result.representation.ranges);
}

TEST_CASE("A 200 without a length, or with a transfer coding, has no known end") {
  CHECK(usable(whole(""), probe()).granted.end == kUnknownEnd);
  ResponseHead chunked = whole("77");
  chunked.headers.push_back({"Transfer-Encoding", "chunked"});
  CHECK(usable(chunked, probe()).granted.end == kUnknownEnd);
}

TEST_CASE("Contradicting or overflowing lengths are refused") {
  ResponseHead twice = whole("1000");
  twice.headers.push_back({"Content-Length", "1001"});
  CHECK(refusal(twice, probe()) == FailureKind::BadResponse);
  CHECK(refusal(whole("18446744073709551616"), probe()) == FailureKind::BadResponse);
  CHECK(refusal(whole("-1"), probe()) == FailureKind::BadResponse);
  ResponseHead range = partial("bytes 100-199/1000");
  range.headers.push_back({"Content-Length", "99"});
  CHECK(refusal(range, middle()) == FailureKind::BadResponse);
}

TEST_CASE("A length that is said more than once is that length") {
  ResponseHead twice = whole("1000, 1000");
  twice.headers.push_back({"Content-Length", "1000"});
  CHECK(usable(twice, probe()).representation.size == 1000);
}

TEST_CASE("A 206 that nobody asked for is refused") {
  CHECK(refusal(partial("bytes 0-999/1000"),
                {.range = {0, kUnknownEnd}, .ranged = false, .expected = std::nullopt}) ==
        FailureKind::BadResponse);
}

TEST_CASE("416 tells the present size, if it does") {
  ResponseHead head = status(416);
  CHECK(refusal(head, middle()) == FailureKind::Unsatisfiable);
  head.headers.push_back({"Content-Range", "bytes */50"});
  const Failure shorter = refused(head, middle());
  REQUIRE(shorter.offered);
  CHECK(shorter.offered->size == 50U);
  CHECK(refusal(head, probe()) == FailureKind::NoRanges);
}

TEST_CASE("A refusal is the same whatever was asked: what it calls for is decided later") {
  const Question question = GENERATE(probe(), middle());
  for (const int code : {401, 403}) {
    CHECK(refusal(status(code), question) == FailureKind::Denied);
  }
  for (const int code : {404, 410}) {
    CHECK(refusal(status(code), question) == FailureKind::NotFound);
  }
  CHECK(refusal(status(407), question) == FailureKind::ProxyDenied);
}

TEST_CASE("A condition that does not hold any more shows another version") {
  CHECK(refusal(status(412), {.range = {5, 10}, .expected = std::nullopt}) ==
        FailureKind::OtherVersion);
}

TEST_CASE("A refusal is told by what it means where that is known") {
  const auto cause = [](const ResponseHead& head) {
    return std::get<Failure>(judge(head, probe(), WallTime{})).cause;
  };
  ResponseHead denied = status(403);
  CHECK(cause(denied) == "HTTP status 403 (forbidden)");
  denied.meaning = "it is archived";
  CHECK(cause(denied) == "HTTP status 403 (it is archived)");
}

TEST_CASE("A server that answers 400 to Range is asked plainly") {
  CHECK(refusal(status(400), probe()) == FailureKind::NoRanges);
  CHECK(refusal(status(400),
                {.range = {0, kUnknownEnd}, .ranged = false, .expected = std::nullopt}) ==
        FailureKind::NotFound);
}

TEST_CASE("Busy servers are waited for as they tell") {
  ResponseHead head = status(503);
  CHECK_FALSE(refused(head, middle()).retry_after);
  head.headers.push_back({"Retry-After", "7"});
  CHECK(refused(head, middle()).retry_after == std::chrono::seconds(7));
  head.status = 429;
  head.headers.back().value = "Thu, 01 Jan 2026 00:01:00 GMT";
  CHECK(refused(head, middle()).retry_after == std::chrono::minutes(1));
  head.headers.back().value = "soon";
  CHECK_FALSE(refused(head, middle()).retry_after);
}

TEST_CASE("Server errors may pass, odd statuses are no answer") {
  for (const int code : {500, 502, 504, 520, 408}) {
    CHECK(refusal(status(code), middle()) == FailureKind::ServerError);
  }
  for (const int code : {204, 304, 300, 299}) {
    CHECK(refusal(status(code), middle()) == FailureKind::BadResponse);
  }
}

TEST_CASE("Redirects lead on, if they say where") {
  for (const int code : {301, 302, 303, 307, 308}) {
    ResponseHead head = status(code);
    CHECK(refusal(head, probe()) == FailureKind::BadRedirect);
    head.headers.push_back({"Location", " /elsewhere "});
    const Judgement judgement = judge(head, probe(), kNow);
    REQUIRE(std::holds_alternative<Redirect>(judgement));
    CHECK(std::get<Redirect>(judgement).location == "/elsewhere");
  }
}

TEST_CASE("A 304 counts only where it was asked for, and names no other version") {
  Question asked = probe();
  asked.unless = version_one().validators;
  const auto is_unchanged = [&](const ResponseHead& head) {
    return std::holds_alternative<Unchanged>(judge(head, asked, kNow));
  };
  CHECK(is_unchanged(status(304)));
  ResponseHead same = status(304);
  same.headers = {{"ETag", kTag}};
  CHECK(is_unchanged(same));
  ResponseHead other = status(304);
  other.headers = {{"ETag", "\"v2\""}};
  CHECK(refusal(other, asked) == FailureKind::OtherVersion);
  CHECK(refusal(status(304), probe()) == FailureKind::BadResponse);
  CHECK(usable(whole("1000", "\"v2\""), asked).whole);
}
