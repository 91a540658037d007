#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "cli/progress.hpp"

using namespace xget;
using namespace xget::cli;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

// A display whose output is kept, prints in order.
struct Shown {
  explicit Shown(ProgressSettings settings)
      : display(settings, {[this](std::string_view text) { prints.emplace_back(text); },
                           [this] { return size; }, [this] { return foreground; }}) {}

  std::string all() const {
    std::string text;
    for (const std::string& print : prints) text += print;
    return text;
  }

  // Of the last drawing, without what moves the cursor.
  std::vector<std::string> rows() const {
    std::string text = prints.back();
    for (auto at = text.find("\x1b["); at != std::string::npos; at = text.find("\x1b[")) {
      text.erase(at, text.find_first_of("AJKhl", at) + 1 - at);
    }
    text.erase(0, text.find('\r') + 1);
    std::vector<std::string> rows;
    Parts parts(text, '\n');
    while (const auto part = parts.next()) rows.emplace_back(*part);
    return rows;
  }

  std::vector<std::string> prints;
  bool foreground = true;
  ScreenSize size;
  ProgressDisplay display;
};

Probed probed(JobId job, const std::string& name) {
  return {.job = job,
          .url = "https://a/" + name,
          .path = "dir/" + name,
          .size = 100 * kMiB,
          .held = 0,
          .ranges = true};
}

Progress progress(JobId job, std::uint64_t held) {
  return {.job = job,
          .held = held,
          .size = 100 * kMiB,
          .bytes_per_second = 10 * kMiB,
          .connections = 4};
}

Finished finished(JobId job, const std::string& name) {
  return {.job = job,
          .path = "dir/" + name,
          .size = 100 * kMiB,
          .received = 100 * kMiB,
          .proof = Proof::StrongValidator,
          .rests_on = "the same ETag in every response"};
}

Failed failed(JobId job, const std::string& path) {
  return {.job = job,
          .path = path,
          .error = {.code = ErrorCode::Network,
                    .operation = "connect",
                    .subject = "https://a/x",
                    .cause = "refused",
                    .kept = "12 MiB"}};
}

}  // namespace

TEST_CASE("a log gets a line at the start, one at the end, and one every ten seconds") {
  Shown shown({});
  shown.display.on_event(probed(1, "f.iso"), 100ms);
  for (int tenth = 2; tenth <= 250; ++tenth) {
    shown.display.on_event(progress(1, static_cast<std::uint64_t>(tenth) * kMiB / 3),
                           tenth * 100ms);
  }
  shown.display.on_event(finished(1, "f.iso"), 25s);
  shown.display.end(StoppedBy::User, 25s);
  REQUIRE(shown.prints.size() == 4);
  CHECK(shown.prints[0] == "https://a/f.iso → dir/f.iso, 100.0 MiB\n");
  CHECK(
      shown.prints[1].starts_with("f.iso: 33%, 33.3 MiB of 100.0 MiB, 10.0 MiB/s, 4 connections"));
  CHECK(shown.prints[2].starts_with("f.iso: 66%"));
  CHECK(shown.prints[3] ==
        "dir/f.iso: 100.0 MiB in 25s (4.0 MiB/s), proof: the same ETag in every response\n");
}

TEST_CASE("a terminal's rows are redrawn ten times a second at most and cleared at the end") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f.iso"), 0ms);
  for (int i = 0; i < 1000; ++i) shown.display.on_event(progress(1, 50 * kMiB), i * 1ms);
  REQUIRE(shown.prints.size() == 9);
  CHECK(shown.prints[0] ==
        "\r\x1b[?7lf.iso     ████████████░░░░░░░░░░░░   50%     10.0 MiB/s    4 conn  5s "
        "left\x1b[J\x1b[?7h");
  CHECK(shown.prints[8] == shown.prints[0]);
  shown.prints.clear();
  shown.display.on_event(finished(1, "f.iso"), 2s);
  shown.display.end(StoppedBy::User, 2s);
  CHECK(shown.all() ==
        "\r\x1b[K"
        "dir/f.iso: 100.0 MiB in 2s (50.0 MiB/s), proof: the same ETag in every response\n");
}

TEST_CASE("a burst of files that are finished draws the rows no more often") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = 1000});
  shown.display.on_event(probed(1, "f.iso"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  shown.prints.clear();
  for (JobId job = 2; job < 900; ++job) {
    shown.display.on_event(finished(job, "g" + std::to_string(job)), 1s + job * 1ms);
  }
  CHECK(shown.prints.size() == 8);
  shown.display.end(StoppedBy::User, 2s);
  for (JobId job = 2; job < 900; ++job) {
    CHECK(shown.all().find("dir/g" + std::to_string(job) + ": ") != std::string::npos);
  }
  CHECK(shown.all().ends_with("898 of 1000 downloads complete, 87.7 GiB received in 2s\n"));
}

TEST_CASE("while nothing is under way no row stands, and all that ended is told") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = std::nullopt});
  shown.display.on_event(probed(1, "f.iso"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  shown.prints.clear();
  shown.display.on_event(finished(1, "f.iso"), 1010ms);
  shown.display.on_idle();
  CHECK(shown.all().find("dir/f.iso: 100.0 MiB in ") != std::string::npos);
  CHECK(shown.all().find("conn") == std::string::npos);
  shown.prints.clear();
  shown.display.on_idle();
  CHECK(shown.all().empty());
}

TEST_CASE("what is waited with for the next drawing is bounded") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f.iso"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  shown.prints.clear();
  shown.display.on_event(Note{1, std::string(1 << 20, 'x')}, 1s);
  CHECK(shown.prints.size() == 1);
}

TEST_CASE("a download that is over at once draws no line") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f"), 1ms);
  shown.display.on_event(progress(1, 10), 2ms);
  shown.display.on_event(finished(1, "f"), 3ms);
  shown.display.end(StoppedBy::User, 3ms);
  CHECK(shown.prints.size() == 1);
}

TEST_CASE("a job in the background does not draw over the shell, and says what ended") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.foreground = false;
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 1s);
  CHECK(shown.prints.empty());
  shown.display.on_event(finished(1, "f"), 2s);
  CHECK(shown.all().starts_with("dir/f: 100.0 MiB"));
}

TEST_CASE("rows that a job drew before it went to the background are left where they stand") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 1s);
  shown.foreground = false;
  shown.display.on_event(progress(1, 10), 2s);
  shown.prints.clear();
  shown.display.on_event(Note{1, "the resource changed"}, 3s);
  shown.display.end(StoppedBy::User, 4s);
  CHECK(shown.all() == "note: the resource changed\n");
}

TEST_CASE("notes and failures stand on lines of their own, above the rows") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 1s);
  shown.prints.clear();
  shown.display.on_event(Note{1, "the resource changed"}, 2s);
  CHECK(shown.all().starts_with("\r\x1b[Knote: the resource changed\n\x1b[?7lf     "));
  shown.prints.clear();
  shown.display.on_event(failed(1, "f"), 3s);
  shown.display.end(StoppedBy::User, 3s);
  CHECK(shown.all() == "\r\x1b[Kxget: connect https://a/x: refused\nkept: 12 MiB\n");
}

TEST_CASE("a quiet run prints failures alone") {
  Shown shown({.quiet = true, .jobs = 2});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 60s);
  shown.display.on_event(Note{1, "text"}, 60s);
  shown.display.on_event(finished(1, "f"), 60s);
  CHECK(shown.prints.empty());
  shown.display.on_event(failed(2, "g"), 60s);
  shown.display.end(StoppedBy::User, 60s);
  CHECK(shown.prints.size() == 1);
}

TEST_CASE("several downloads have a row each while they run, and one together") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = 3});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  CHECK(shown.rows() ==
        std::vector<std::string>{
            "f                ████████░░░░░░░░░   50%     10.0 MiB/s    4 conn  5s left",
            "0 of 3 complete  50.0 MiB                    10.0 MiB/s    4 conn"});
  shown.display.on_event(probed(2, "g"), 1s);
  shown.display.on_event(probed(3, "h"), 1s);
  shown.display.on_event(progress(2, 0), 2s);
  CHECK(shown.rows().size() == 4);
  CHECK(shown.rows()[3].find(" 16%     20.0 MiB/s    8 conn") != std::string::npos);
  shown.display.on_event(finished(1, "f"), 3s);
  shown.display.on_event(progress(2, 50 * kMiB), 4s);
  REQUIRE(shown.rows().size() == 3);
  CHECK(shown.rows()[0].starts_with("g "));
  CHECK(shown.rows()[2].starts_with("1 of 3 complete "));
  CHECK(shown.rows()[2].find(" 50% ") != std::string::npos);
  shown.display.on_event(failed(2, "g"), 5s);
  shown.display.on_event(progress(3, 50 * kMiB), 6s);
  // What has failed is no part of what is still to come.
  CHECK(shown.rows().back().starts_with("1 of 3 complete, 1 failed "));
  CHECK(shown.rows().back().find(" 75% ") != std::string::npos);
  shown.display.on_event(finished(3, "h"), 6s);
  shown.prints.clear();
  shown.display.end(StoppedBy::User, 6s);
  CHECK(shown.all().ends_with("2 of 3 downloads complete, 250.0 MiB received in 6s\n"));
}

TEST_CASE("the last line says how many were made from others") {
  Shown shown({.kind = ProgressKind::None, .jobs = 2});
  shown.display.on_event(finished(1, "f"), 1s);
  Finished made = finished(2, "g");
  made.received = 0;
  made.made_from = MadeFrom{"dir/f", Dedupe::Link};
  shown.display.on_event(made, 2s);
  shown.prints.clear();
  shown.display.end(StoppedBy::User, 2s);
  CHECK(shown.all() ==
        "2 of 2 downloads complete, 1 of them made from others, 100.0 MiB received in 2s\n");
}

TEST_CASE("of a million files those that run take rows") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = 1'000'000});
  for (JobId job = 1; job <= 10'000; ++job) {
    shown.display.on_event(probed(job, "f"), 0ms);
    shown.display.on_event(finished(job, "f"), 0ms);
  }
  shown.display.on_event(probed(20'000, "g"), 1s);
  shown.display.on_event(progress(20'000, 0), 1s);
  REQUIRE(shown.rows().size() == 2);
  CHECK(shown.rows()[1].starts_with("10000 of 1000000 complete"));
}

TEST_CASE("of a list whose length nobody knows yet those that are complete are counted") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = std::nullopt});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(finished(1, "f"), 0ms);
  shown.display.on_event(probed(2, "g"), 1s);
  shown.display.on_event(progress(2, 50 * kMiB), 1s);
  CHECK(shown.rows()[1].starts_with("1 complete "));
  CHECK(shown.rows()[1].find('%') == std::string::npos);
  shown.display.on_event(failed(2, "g"), 2s);
  shown.display.end(StoppedBy::User, 3s);
  CHECK(shown.all().ends_with("1 of 2 downloads complete, 150.0 MiB received in 3s\n"));
}

TEST_CASE("what a failed download held before is not counted as received") {
  Shown shown({.jobs = 2});
  Probed resumed = probed(1, "f");
  resumed.held = 30 * kMiB;
  shown.display.on_event(resumed, 0ms);
  shown.display.on_event(progress(1, 30 * kMiB), 1s);
  shown.display.on_event(progress(1, 50 * kMiB), 2s);
  shown.display.on_event(failed(1, "f"), 3s);
  shown.display.end(StoppedBy::User, 3s);
  CHECK(shown.prints.back() == "0 of 2 downloads complete, 20.0 MiB received in 3s\n");
}

TEST_CASE("the time left is never less than a rate limit allows") {
  Shown shown({.kind = ProgressKind::Bar, .limit_rate = kMiB});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  CHECK(shown.prints.back().find("  50s left") != std::string::npos);
}

TEST_CASE("a total stands still only as long as the job that moved last") {
  Shown shown({.kind = ProgressKind::Bar, .jobs = 2});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(probed(2, "g"), 0ms);
  Progress stalled = progress(1, 0);
  stalled.stalled_seconds = 60;
  shown.display.on_event(progress(2, 0), 1s);
  shown.display.on_event(stalled, 2s);
  CHECK(shown.rows()[0].find("stalled 1m00s") != std::string::npos);
  CHECK(shown.rows()[2].find("stalled") == std::string::npos);
  stalled.job = 2;
  stalled.stalled_seconds = 30;
  shown.display.on_event(stalled, 3s);
  CHECK(shown.rows()[2].find("stalled 30s") != std::string::npos);
}

TEST_CASE("a line before the server has answered says so") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(Progress{.job = 1, .stalled_seconds = 5}, 5s);
  CHECK(shown.prints.back().starts_with("\r\x1b[?7lwaiting for the server  0 B "));
}

TEST_CASE("a wait says on a terminal why and when it is tried again") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(Retrying{1, "https://a/f", "connection refused", 4000ms}, 900ms);
  shown.display.on_event(Progress{.job = 1}, 1s);
  CHECK(shown.prints.back() == "\r\x1b[?7lf         again in 4s: connection refused\x1b[J\x1b[?7h");
  shown.display.on_event(Progress{.job = 1}, 5s);
  CHECK(shown.prints.back().find("trying again: connection refused") != std::string::npos);
  shown.display.on_event(progress(1, 10), 6s);
  CHECK(shown.prints.back().find("again") == std::string::npos);
}

TEST_CASE("where other connections go on a wait is nobody's concern") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(Retrying{1, "https://a/f", "reset", 4000ms}, 900ms);
  shown.display.on_event(progress(1, 10), 1s);
  CHECK(shown.prints.back().find("reset") == std::string::npos);
}

TEST_CASE("a log hears of each cause of a wait once, until work went on or the cause changed") {
  Shown shown({});
  const auto fail_with = [&](const char* cause, Duration now) {
    shown.display.on_event(Retrying{1, "https://a/f", cause, 2000ms}, now);
    shown.display.on_event(Progress{.job = 1}, now);
  };
  for (int second = 1; second <= 9; ++second) fail_with("refused", second * 1s);
  REQUIRE(shown.prints.size() == 1);
  CHECK(shown.prints[0] == "https://a/f: refused; again in 2s\n");
  fail_with("reset", 9500ms);
  fail_with("stalled", 9600ms);  // too soon for another line
  CHECK(shown.prints.size() == 2);
  shown.display.on_event(progress(1, 10), 10s);
  REQUIRE(shown.prints.size() == 3);
  fail_with("reset", 13s);
  CHECK(shown.prints.size() == 4);
}

TEST_CASE("a cause too long for the line is cut, and never the time") {
  Shown shown({.kind = ProgressKind::Bar});
  shown.display.on_event(Retrying{1, "https://a/f", std::string(200, 'x'), 4000ms}, 900ms);
  shown.display.on_event(Progress{.job = 1}, 1s);
  CHECK(shown.prints.back().find("again in 4s: xxx") != std::string::npos);
  CHECK(shown.rows()[0].size() < 80);
}

TEST_CASE("of several dry runs the end says how much they would fetch in all") {
  Shown shown({.dry_run = true, .jobs = 2});
  shown.display.on_event(Planned{.job = 1, .size = 3 * kMiB, .held = kMiB}, 1s);
  shown.display.on_event(Planned{.job = 2, .size = kMiB}, 1s);
  shown.prints.clear();
  shown.display.end(StoppedBy::User, 2s);
  CHECK(shown.all() == "2 of 2 downloads would begin or are complete; 3.0 MiB would be fetched\n");
}
