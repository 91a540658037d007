// Rate limits, retries, piece lengths, range sets: the small pure pieces.
#include <catch2/catch.hpp>

#include "base/byte_range.hpp"
#include "core/connection_policy.hpp"
#include "core/piece_length.hpp"
#include "core/range_cap.hpp"
#include "core/rate_limits.hpp"
#include "core/rate_schedule.hpp"
#include "core/retry_policy.hpp"
#include "core/target_policy.hpp"
#include "core/token_bucket.hpp"

using namespace xget;
using namespace xget::core;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("A token bucket holds the rate over any stretch and saves up no burst") {
  TokenBucket bucket(1'000'000);
  Instant now{seconds(5)};
  std::uint64_t taken = 0;
  const Instant end = now + seconds(10);
  while (now < end) {
    if (bucket.open(now)) {
      bucket.take(16384, now);
      taken += 16384;
    } else {
      now = std::max(bucket.opens_at(now), now + milliseconds(1));
    }
  }
  CHECK(taken > 9'800'000);
  CHECK(taken < 10'200'000);
  now += seconds(3600);  // an idle hour
  std::uint64_t burst = 0;
  while (bucket.open(now)) {
    bucket.take(1000, now);
    burst += 1000;
  }
  CHECK(burst <= 52'000);  // one tick's worth
}

TEST_CASE("An unlimited bucket is always open") {
  TokenBucket bucket(0);
  bucket.take(1ULL << 40, Instant{});
  CHECK(bucket.open(Instant{}));
}

TEST_CASE("A bucket's new rate holds from then on, without the old one's debts") {
  TokenBucket bucket(0);
  Instant now{seconds(5)};
  bucket.take(1ULL << 40, now);
  bucket.set_rate(1'000'000, now);
  CHECK(bucket.limited());
  CHECK(bucket.open(now));
  bucket.take(1'000'000, now);  // a second's worth
  CHECK_FALSE(bucket.open(now + milliseconds(900)));
  bucket.set_rate(1'000'000, now);  // the same as before: the debt stays
  CHECK_FALSE(bucket.open(now + milliseconds(900)));
  bucket.set_rate(1000, now);
  CHECK(bucket.open(now));
  bucket.take(1000, now);
  CHECK(bucket.opens_at(now) == now + seconds(1));
  bucket.set_rate(0, now);
  CHECK(bucket.open(now));
}

TEST_CASE("A host's bucket is the same for all who use it at a time") {
  RateLimits limits(0, 1'000'000);
  const Instant now{seconds(5)};
  const auto one = limits.of_host("a");
  const auto same = limits.of_host("a");
  const auto other = limits.of_host("b");
  REQUIRE(one != nullptr);
  CHECK(one == same);
  CHECK(one != other);
  one->take(1'000'000, now);
  CHECK_FALSE(same->open(now));
  CHECK(other->open(now));
  CHECK_FALSE(limits.all().limited());
  CHECK(RateLimits(1'000'000, 0).of_host("a") == nullptr);
}

TEST_CASE("A host with a rate of its own is held to that one, or to none") {
  const auto own = [](const std::string& host) -> std::optional<std::uint64_t> {
    if (host == "free") return 0;
    return host == "slow" ? std::optional<std::uint64_t>(10) : std::nullopt;
  };
  RateLimits limits(0, {1000, own});
  const Instant now{seconds(5)};
  const auto opens_after = [&](const std::string& host) {
    const auto bucket = limits.of_host(host);
    bucket->take(1000, now);
    return bucket->opens_at(now) - now;
  };
  CHECK(limits.of_host("free") == nullptr);
  CHECK(opens_after("slow") > seconds(90));
  CHECK(opens_after("any") < seconds(2));
}

TEST_CASE("A rate schedule gives the first window that holds, and else the rate of all day") {
  const RateSchedule schedule(100, {{8 * 60, 18 * 60, 1}, {17 * 60, 20 * 60, 2}, {22 * 60, 60, 0}});
  CHECK_FALSE(schedule.constant());
  const std::pair<int, std::uint64_t> expected[] = {
      {0, 0},       {59, 0},          {60, 100},    {8 * 60 - 1, 100}, {8 * 60, 1},
      {17 * 60, 1}, {18 * 60 - 1, 1}, {18 * 60, 2}, {20 * 60, 100},    {22 * 60 - 1, 100},
      {22 * 60, 0}, {24 * 60 - 1, 0}};
  for (const auto& [minute, rate] : expected) {
    CAPTURE(minute);
    CHECK(schedule.rate_at(minute) == rate);
  }
  const RateSchedule always(100, {{0, 24 * 60, 7}});
  CHECK(always.rate_at(0) == 7);
  CHECK(always.rate_at(24 * 60 - 1) == 7);
  const RateSchedule constant(100, {});
  CHECK(constant.constant());
  CHECK(constant.rate_at(0) == 100);
}

TEST_CASE("Waits double, are jittered and stay under the longest") {
  RetryPolicy policy({.failures = 20, .first_wait = seconds(1)}, Instant{});
  policy.on_progress(5000, Instant{});
  Failure failure;
  failure.kind = FailureKind::Connect;
  policy.on_failure(failure, {Instant{}}, Instant{}, 0);  // right after progress: at once
  Duration last{};
  for (int i = 0; i < 12; ++i) {
    const auto decision = policy.on_failure(failure, {Instant{}}, Instant{}, ~0ULL);
    REQUIRE(decision.remedy == Remedy::TryAgain);
    CHECK(decision.wait >= last);
    CHECK(decision.wait <= seconds(60));
    last = decision.wait;
  }
  CHECK(last > seconds(59));
}

TEST_CASE("However long the first wait, none passes the longest") {
  const Duration first = GENERATE(Duration(std::chrono::hours(24 * 120)), Duration::max());
  RetryPolicy policy({.failures = 20, .first_wait = first}, Instant{});
  for (int i = 0; i < 12; ++i) {
    const auto verdict = policy.on_failure({.kind = FailureKind::Broken}, {}, Instant{}, ~0ULL);
    CHECK(verdict.wait > seconds(59));
    CHECK(verdict.wait <= seconds(60));
  }
}

TEST_CASE("No wait is longer than what is left before it gives up") {
  RetryPolicy policy({.failures = 100, .give_up_after = seconds(20)}, Instant{});
  policy.on_progress(5000, Instant{});
  Instant now{};
  while (true) {
    const auto verdict = policy.on_failure({.kind = FailureKind::Broken}, {now}, now, ~0ULL);
    if (verdict.remedy == Remedy::GiveUp) break;
    now += verdict.wait;
    REQUIRE(now <= Instant{seconds(20)});
  }
  CHECK(now == Instant{seconds(20)});
}

TEST_CASE("No attempt is given longer than what is left before it gives up") {
  RetryPolicy policy({.give_up_after = seconds(30)}, Instant{});
  const Instant late{seconds(28)};
  CHECK(policy.answer_by(Instant{}, seconds(14)) == Instant{seconds(14)});
  CHECK(policy.answer_by(late, seconds(14)) == Instant{seconds(30)});
  CHECK(policy.answer_by(Instant{seconds(31)}, seconds(14)) == Instant{seconds(31)});
  CHECK_FALSE(policy.past_deadline(late));
  CHECK(policy.past_deadline(Instant{seconds(30)}));
  policy.on_progress(5000, late);
  CHECK(policy.answer_by(late, seconds(14)) == late + seconds(14));
  RetryPolicy endless({.give_up_after = std::nullopt}, Instant{});
  CHECK(endless.answer_by(late, seconds(14)) == late + seconds(14));
  CHECK_FALSE(endless.past_deadline(late));
}

TEST_CASE("A server that takes requests and answers none is given twice as long each time") {
  RetryPolicy policy({.longest_patience = seconds(60)}, Instant{});
  const auto leave_unanswered = [&] {
    return policy.on_failure({.kind = FailureKind::Stall}, {Instant{}}, Instant{}, 0);
  };
  CHECK(policy.patience(seconds(10)) == seconds(10));
  leave_unanswered();
  CHECK(policy.patience(seconds(10)) == seconds(20));
  leave_unanswered();
  CHECK(policy.patience(seconds(10)) == seconds(40));
  leave_unanswered();
  CHECK(policy.patience(seconds(10)) == seconds(60));
  CHECK(policy.patience(seconds(90)) == seconds(90));  // as long as it was told to have
  policy.on_answer(seconds(1));
  CHECK(policy.patience(seconds(10)) == seconds(10));
  leave_unanswered();  // by a server that can do it faster
  CHECK(policy.patience(seconds(10)) == seconds(10));
}

TEST_CASE("A server that needs long for an answer is given twice that for the next") {
  RetryPolicy policy({.longest_patience = seconds(60)}, Instant{});
  policy.on_answer(seconds(25));
  policy.on_answer(seconds(1));
  CHECK(policy.patience(seconds(10)) == seconds(50));
  CHECK(policy.answer_by(Instant{seconds(5)}, seconds(10)) == Instant{seconds(55)});
  policy.on_answer(seconds(40));
  CHECK(policy.patience(seconds(10)) == seconds(60));
}

TEST_CASE("A body that stalls is not an answer that stays out") {
  RetryPolicy policy({}, Instant{});
  const RetryPolicy::Attempt answered{.started = Instant{}, .answered = true};
  policy.on_failure({.kind = FailureKind::Stall}, answered, Instant{}, 0);
  CHECK(policy.patience(seconds(10)) == seconds(10));
}

TEST_CASE("A Retry-After that ends too late is not waited for") {
  RetryPolicy policy({.give_up_after = seconds(30)}, Instant{});
  Failure busy{.kind = FailureKind::Busy, .retry_after = seconds(20)};
  CHECK(policy.on_failure(busy, {Instant{}}, Instant{}, 0).wait == seconds(20));
  const Instant later{seconds(10)};
  CHECK(policy.on_failure(busy, {later}, later, 0).remedy == Remedy::GiveUp);
}

TEST_CASE("A long Retry-After is not waited for, a short one is") {
  RetryPolicy policy({}, Instant{});
  Failure busy;
  busy.kind = FailureKind::Busy;
  busy.retry_after = seconds(30);
  CHECK(policy.on_failure(busy, {Instant{}}, Instant{}, 0).wait >= seconds(30));
  busy.retry_after = std::chrono::minutes(6);
  CHECK(policy.on_failure(busy, {Instant{}}, Instant{}, 0).remedy == Remedy::GiveUp);
}

TEST_CASE("What fails from the beginning and hardly heals is given up soon") {
  RetryPolicy policy({.failures = 100}, Instant{});
  Failure failure;
  failure.kind = GENERATE(FailureKind::Resolve, FailureKind::Connect, FailureKind::Proxy,
                          FailureKind::BadResponse);
  int tries = 0;
  while (policy.on_failure(failure, {Instant{}}, Instant{}, 0).remedy != Remedy::GiveUp) ++tries;
  CHECK(tries == 3);
}

TEST_CASE("A port that has answered is not given up as one that never does") {
  const auto tries_after = [](const auto& answer) {
    RetryPolicy policy({.failures = 10}, Instant{});
    answer(policy);
    int tries = 0;
    while (policy.on_failure({.kind = FailureKind::Connect}, {Instant{}}, Instant{}, 0).remedy !=
           Remedy::GiveUp) {
      ++tries;
    }
    return tries;
  };
  CHECK(tries_after([](RetryPolicy&) {}) == 3);
  // As when samples are compared, which brings no new byte.
  CHECK(tries_after([](RetryPolicy& policy) { policy.on_answer({}); }) == 10);
  CHECK(tries_after([](RetryPolicy& policy) {
          policy.on_failure({.kind = FailureKind::Busy}, {Instant{}}, Instant{}, 0);
        }) == 9);
}

TEST_CASE("Answers that make no sense are borne from a server that has made sense before") {
  RetryPolicy policy({.failures = 10}, Instant{});
  const auto tries = [&](FailureKind kind, int most) {
    int count = 0;
    while (count < most &&
           policy.on_failure({.kind = kind}, {Instant{}}, Instant{}, 0).remedy != Remedy::GiveUp) {
      ++count;
    }
    return count;
  };
  SECTION("a usable answer") {
    policy.on_answer(seconds(1));
    CHECK(tries(FailureKind::BadResponse, 100) == 10);
  }
  SECTION("bytes") {
    policy.on_progress(5000, Instant{});
    CHECK(tries(FailureKind::BadResponse, 100) == 10);
  }
  SECTION("not a refusal for now, whose tries count on their own") {
    CHECK(tries(FailureKind::Busy, 5) == 5);
    CHECK(tries(FailureKind::BadResponse, 100) == 3);
  }
}

TEST_CASE("A byte per attempt is no progress") {
  RetryPolicy policy({.failures = 3, .failures_before_answer = 3}, Instant{});
  Failure failure;
  failure.kind = FailureKind::CutShort;
  int tries = 0;
  while (tries < 100) {
    policy.on_progress(1, Instant{});
    if (policy.on_failure(failure, {Instant{}}, Instant{}, 0).remedy == Remedy::GiveUp) break;
    ++tries;
  }
  CHECK(tries == 3);
}

TEST_CASE("A refusal is final for the first request and leads back to the given URL later") {
  const auto kind = GENERATE(FailureKind::Denied, FailureKind::NotFound);
  const Failure refused{.kind = kind};
  RetryPolicy policy({}, Instant{});
  // However it was asked: openly or for the rest of a version.
  const bool openly = GENERATE(false, true);
  const RetryPolicy::Attempt attempt{.started = Instant{}, .asked_openly = openly};
  CHECK(policy.on_failure(refused, attempt, Instant{}, 0).remedy == Remedy::GiveUp);
  policy.on_progress(5000, Instant{});
  CHECK(policy.on_failure(refused, attempt, Instant{}, 0).remedy == Remedy::StartOver);
}

TEST_CASE("What keeps one more request from its answer while others deliver is their number") {
  RetryPolicy policy({.failures = 2}, Instant{});
  const auto kind = GENERATE(FailureKind::Connect, FailureKind::Broken, FailureKind::Busy,
                             FailureKind::Stall, FailureKind::Denied, FailureKind::ServerError);
  for (int i = 0; i < 10; ++i) {
    const auto verdict = policy.on_failure(
        {.kind = kind}, {.started = Instant{}, .others_work = true}, Instant{}, 0);
    CHECK(verdict.remedy == Remedy::FewerConnections);
  }
  const RetryPolicy::Attempt answered{.started = Instant{}, .answered = true, .others_work = true};
  CHECK(policy.on_failure({.kind = FailureKind::Stall}, answered, Instant{}, 0).remedy ==
        Remedy::TryAgain);
}

TEST_CASE("A refused URL is refreshed as often as allowed in a row, progress counts anew") {
  RetryPolicy policy({.refreshes = 2}, Instant{});
  const long status = GENERATE(401, 403, 404, 410);
  const auto kind = status < 404 ? FailureKind::Denied : FailureKind::NotFound;
  const auto next = [&] {
    return policy.on_failure({.kind = kind, .number = status}, {}, Instant{}, 0).remedy;
  };
  CHECK(next() == Remedy::Refresh);
  CHECK(next() == Remedy::Refresh);
  CHECK(next() == Remedy::GiveUp);
  policy.on_progress(5000, Instant{});
  CHECK(next() == Remedy::Refresh);
}

TEST_CASE("A proxy that wants other credentials is not asked again") {
  RetryPolicy policy({}, Instant{});
  policy.on_progress(5000, Instant{});
  const RetryPolicy::Attempt attempt{.started = Instant{}, .others_work = GENERATE(false, true)};
  CHECK(policy.on_failure({.kind = FailureKind::ProxyDenied}, attempt, Instant{}, 0).remedy ==
        Remedy::GiveUp);
}

TEST_CASE("Bad ranges in a row end in a plain question") {
  RetryPolicy policy({}, Instant{});
  policy.on_progress(5000, Instant{});
  const auto next = [&] {
    return policy.on_failure({.kind = FailureKind::BadRange}, {}, Instant{}, 0).remedy;
  };
  CHECK(next() == Remedy::TryAgain);
  CHECK(next() == Remedy::TryAgain);
  policy.on_answer({});
  CHECK(next() == Remedy::TryAgain);
  CHECK(next() == Remedy::TryAgain);
  CHECK(next() == Remedy::AskPlainly);
}

TEST_CASE("A range that the head cuts short teaches the server's longest") {
  constexpr std::uint64_t kKiB = 1024;
  RangeCap cap;
  CHECK(cap.longest() == kUnknownEnd);
  cap.on_grant(500 * kKiB, 500 * kKiB);
  CHECK(cap.longest() == kUnknownEnd);
  cap.on_grant(500 * kKiB, 100 * kKiB);
  CHECK(cap.longest() == 100 * kKiB);
  SECTION("a longer one, asked for before, raises it") {
    cap.on_grant(500 * kKiB, 120 * kKiB);
    CHECK(cap.longest() == 120 * kKiB);
  }
  SECTION("a shorter one lowers it when it is met twice in a row") {
    cap.on_grant(100 * kKiB, 7);
    CHECK(cap.longest() == 100 * kKiB);
    cap.on_grant(100 * kKiB, 100 * kKiB);
    cap.on_grant(100 * kKiB, 7);
    CHECK(cap.longest() == 100 * kKiB);
    cap.on_grant(100 * kKiB, 70 * kKiB);
    CHECK(cap.longest() == 70 * kKiB);
  }
}

TEST_CASE("A tiny range, met once, is not yet the server's longest") {
  RangeCap cap;
  cap.on_grant(5000, 10);
  CHECK(cap.longest() == kUnknownEnd);
  cap.on_grant(5000, 10);
  CHECK(cap.longest() == 10);
}

TEST_CASE("A server that bears no more is asked ever more seldom") {
  FixedConnections policy(16);
  Instant now{seconds(100)};
  for (int active = 15; active >= 4; --active) policy.on_refusal(active, Duration::zero(), now);
  int knocks = 0;
  for (int second = 0; second < 3600; ++second, now += seconds(1)) {
    REQUIRE(policy.target(now) <= 5);
    if (policy.target(now) == 4) continue;
    ++knocks;
    policy.on_refusal(4, Duration::zero(), now);
  }
  CHECK(knocks >= 10);
  CHECK(knocks <= 16);
}

TEST_CASE("After a passing refusal the full number is back within some answers") {
  FixedConnections policy(16);
  Instant now{seconds(100)};
  for (int active = 15; active >= 1; --active) policy.on_refusal(active, Duration::zero(), now);
  CHECK(policy.target(now) == 1);
  now += seconds(1);
  for (int active = 2; active <= 16; ++active) {
    CHECK(policy.target(now) == active);
    now += milliseconds(50);
    policy.on_answer(active, milliseconds(10), now);
  }
  CHECK(policy.target(now) == 16);
}

TEST_CASE("A server that asks to be left alone is not asked for one more before") {
  FixedConnections policy(4);
  const Instant now{seconds(100)};
  policy.on_refusal(2, seconds(30), now);
  CHECK(policy.target(now + seconds(29)) == 2);
  CHECK(policy.target(now + seconds(30)) == 3);
}

TEST_CASE("Pieces are powers of two from 1 MiB, at most 14,000 of any file") {
  CHECK(piece_length(0) == 1U << 20);
  CHECK(piece_length(1) == 1U << 20);
  CHECK(piece_length(14000ULL << 20) == 1U << 20);
  CHECK(piece_length((14000ULL << 20) + 1) == 2U << 20);
  for (std::uint64_t size = 1; size < (1ULL << 62); size = size * 3 + 1) {
    const std::uint64_t length = piece_length(size);
    CHECK((length & (length - 1)) == 0);
    CHECK((size - 1) / length + 1 <= kMaxPieces);
  }
}

TEST_CASE("A range set merges what touches and splits what is cut") {
  RangeSet set;
  set.add({10, 20});
  set.add({30, 40});
  set.add({20, 30});
  CHECK(set.ranges() == std::vector<ByteRange>{{10, 40}});
  set.remove({15, 25});
  CHECK(set.ranges() == std::vector<ByteRange>{{10, 15}, {25, 40}});
  CHECK(set.size() == 20);
  CHECK(set.contains({25, 40}));
  CHECK_FALSE(set.contains({14, 26}));
  CHECK(set.next(15) == ByteRange{25, 40});
  CHECK(set.next(30) == ByteRange{30, 40});
  CHECK(set.next_gap(0, 100) == ByteRange{0, 10});
  CHECK(set.next_gap(12, 100) == ByteRange{15, 25});
  CHECK(set.next_gap(25, 40) == std::nullopt);
  CHECK(set.contiguous_end(26) == 40);
}

TEST_CASE("Random range operations agree with a plain set of bytes") {
  std::uint64_t seed = 12345;
  const auto dice = [&seed](std::uint64_t n) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (seed >> 33) % n;
  };
  RangeSet set;
  std::vector<bool> model(200);
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t a = dice(200);
    const std::uint64_t b = a + dice(200 - a + 1);
    const bool add = dice(2) == 0;
    add ? set.add({a, b}) : set.remove({a, b});
    for (std::uint64_t k = a; k < b; ++k) model[k] = add;
    REQUIRE(set.size() == static_cast<std::uint64_t>(std::count(model.begin(), model.end(), true)));
    for (const ByteRange& range : set.ranges()) {
      REQUIRE(range.begin < range.end);
      REQUIRE(model[range.begin]);
      REQUIRE((range.end == 200 || !model[range.end]));
    }
  }
}

TEST_CASE("An existing file is never replaced unasked") {
  const ExistingFacts there{.exists = true, .has_origin_mark = false};
  CHECK(decide_before_request({}, {Existing::Refuse, Resume::Default, false}) ==
        BeforeRequest::GoOn);
  CHECK(decide_before_request(there, {Existing::Refuse, Resume::Default, false}) ==
        BeforeRequest::Refuse);
  CHECK(decide_before_request(there, {Existing::Refuse, Resume::Adopt, false}) ==
        BeforeRequest::AskServer);
  CHECK(decide_before_request(there, {Existing::Refuse, Resume::Default, true}) ==
        BeforeRequest::CheckDigest);
  CHECK(decide_before_request(there, {Existing::Overwrite, Resume::Default, true}) ==
        BeforeRequest::GoOn);
  CHECK(decide_before_request(there, {Existing::Keep, Resume::Adopt, true}) ==
        BeforeRequest::LeaveIt);
}

TEST_CASE("An existing file is complete only under the validator it was finished with") {
  Representation server;
  server.size = 100;
  server.ranges = true;
  server.validators.strong_etag = "\"a\"";
  const TargetWishes adopt{.resume = Resume::Adopt};
  CHECK(judge_existing({100, {}, server}, server, {}, false) == ExistingVerdict::AlreadyComplete);
  Representation other = server;
  other.validators.strong_etag = "\"b\"";
  CHECK(judge_existing({100, {}, other}, server, {}, false) == ExistingVerdict::Refuse);
  CHECK(judge_existing({100, {}, other}, server, adopt, false) == ExistingVerdict::Refuse);
  CHECK(judge_existing({60, {}, {}}, server, adopt, false) == ExistingVerdict::SampleAsBeginning);
  CHECK(judge_existing({101, {}, {}}, server, adopt, false) == ExistingVerdict::Refuse);
}

TEST_CASE("What was finished from this URL is skipped only when asked to, and never for a digest") {
  const ExistingFacts done{.exists = true, .has_origin_mark = true, .finished_from_here = true};
  TargetWishes wishes{.skip_existing = true};
  CHECK(decide_before_request(done, wishes) == BeforeRequest::Skip);
  CHECK(decide_before_request(done, {}) == BeforeRequest::AskServer);
  CHECK(decide_before_request({.exists = true, .has_origin_mark = true}, wishes) ==
        BeforeRequest::AskServer);
  CHECK(decide_before_request({}, wishes) == BeforeRequest::GoOn);
  wishes.existing = Existing::Overwrite;
  CHECK(decide_before_request(done, wishes) == BeforeRequest::Skip);
  CHECK(decide_before_request({.exists = true}, wishes) == BeforeRequest::GoOn);
  wishes.digest_given = true;
  CHECK(decide_before_request(done, wishes) == BeforeRequest::CheckDigest);
  wishes.resume = Resume::Never;
  CHECK(decide_before_request(done, wishes) == BeforeRequest::GoOn);
}

TEST_CASE("A file is brought up to date by what is recorded of it, else by its size and time") {
  const TargetWishes update{.existing = Existing::Update};
  CHECK(decide_before_request({.exists = true}, update) == BeforeRequest::AskServer);
  Representation server;
  server.size = 100;
  server.validators.strong_etag = "\"a\"";
  server.validators.last_modified = "Tue, 02 Jan 2024 03:04:05 GMT";
  const WallTime modified{std::chrono::seconds(1704164645)};
  const auto judged = [&](ExistingFile file, bool strict = false) {
    return judge_existing(file, server, update, strict);
  };
  CHECK(judged({100, {}, server}) == ExistingVerdict::AlreadyComplete);
  Representation other = server;
  other.validators.strong_etag = "\"b\"";
  CHECK(judged({100, modified, other}) == ExistingVerdict::Replace);
  CHECK(judged({100, modified, {}}) == ExistingVerdict::NotNewer);
  CHECK(judged({100, modified + std::chrono::seconds(1), {}}) == ExistingVerdict::NotNewer);
  CHECK(judged({100, modified, {}}, true) == ExistingVerdict::Replace);
  CHECK(judged({100, modified - std::chrono::seconds(1), {}}) == ExistingVerdict::Replace);
  CHECK(judged({99, modified, {}}) == ExistingVerdict::Replace);
  server.validators.last_modified.clear();
  CHECK(judged({100, modified, {}}) == ExistingVerdict::Replace);
}

TEST_CASE("A partial file goes on under an equal strong validator, or a digest, or samples") {
  Representation known;
  known.size = 100;
  known.ranges = true;
  known.validators.strong_etag = "\"a\"";
  CHECK(judge_partial(known, known, Place::Given, true, false) == PartialVerdict::Resume);
  Representation changed = known;
  changed.validators.strong_etag = "\"b\"";
  CHECK(judge_partial(known, changed, Place::Given, false, true) == PartialVerdict::OtherVersion);
  Representation bare;
  bare.size = 100;
  bare.ranges = true;
  CHECK(judge_partial(bare, bare, Place::Given, false, false) == PartialVerdict::Sample);
  CHECK(judge_partial(bare, bare, Place::Given, true, false) == PartialVerdict::NotProven);
  CHECK(judge_partial(bare, bare, Place::Given, true, true) == PartialVerdict::Resume);
  Representation longer = bare;
  longer.size = 101;
  CHECK(judge_partial(bare, longer, Place::Given, false, true) == PartialVerdict::OtherVersion);
}

TEST_CASE("Another ETag from another URL is no change by itself, where date and size agree") {
  Representation known;
  known.size = 100;
  known.ranges = true;
  known.validators = {.strong_etag = "\"a\"",
                      .last_modified = "Tue, 02 Jan 2024 03:04:05 GMT",
                      .last_modified_is_strong = true};
  Representation other = known;
  other.validators.strong_etag = "\"b\"";
  const auto running = [&](Place place) { return judge_running(known, other, place); };
  const auto partial = [&](Place place) {
    return judge_partial(known, other, place, false, false);
  };
  CHECK(running(Place::Given) == RunningVerdict::OtherVersion);
  CHECK(running(Place::Elsewhere) == RunningVerdict::OtherTags);
  CHECK(partial(Place::Given) == PartialVerdict::OtherVersion);
  CHECK(partial(Place::Elsewhere) == PartialVerdict::Sample);
  CHECK(judge_partial(known, other, Place::Elsewhere, true, false) == PartialVerdict::NotProven);
  SECTION("another date is a change") {
    other.validators.last_modified = "Wed, 03 Jan 2024 03:04:05 GMT";
    CHECK(running(Place::Refreshed) == RunningVerdict::OtherVersion);
    CHECK(partial(Place::Elsewhere) == PartialVerdict::OtherVersion);
  }
  SECTION("another size is a change") {
    other.size = 101;
    CHECK(running(Place::Elsewhere) == RunningVerdict::OtherVersion);
  }
  SECTION("without a date only a URL that the user vouches for is compared") {
    known.validators.last_modified = other.validators.last_modified = "";
    CHECK(running(Place::Elsewhere) == RunningVerdict::OtherVersion);
    CHECK(running(Place::Refreshed) == RunningVerdict::OtherTags);
  }
}
