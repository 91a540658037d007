#include <catch2/catch.hpp>

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
                           [] { return 80; }, [this] { return foreground; }}) {}

  std::string all() const {
    std::string text;
    for (const std::string& print : prints) text += print;
    return text;
  }

  std::vector<std::string> prints;
  bool foreground = true;
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
  shown.display.end(25s);
  REQUIRE(shown.prints.size() == 4);
  CHECK(shown.prints[0] == "https://a/f.iso → dir/f.iso, 100.0 MiB\n");
  CHECK(
      shown.prints[1].starts_with("f.iso: 33%, 33.3 MiB of 100.0 MiB, 10.0 MiB/s, 4 connections"));
  CHECK(shown.prints[2].starts_with("f.iso: 66%"));
  CHECK(shown.prints[3] ==
        "dir/f.iso: 100.0 MiB in 25s (4.0 MiB/s), proof: the same ETag in every response\n");
}

TEST_CASE("a terminal's line is redrawn ten times a second at most and cleared at the end") {
  Shown shown({.redraw = true});
  shown.display.on_event(probed(1, "f.iso"), 0ms);
  for (int i = 0; i < 1000; ++i) shown.display.on_event(progress(1, 50 * kMiB), i * 1ms);
  REQUIRE(shown.prints.size() == 9);
  CHECK(shown.prints[0] ==
        "\rf.iso   50%  50.0 MiB of 100.0 MiB    10.0 MiB/s  4 connections  5s left\x1b[K");
  shown.prints.clear();
  shown.display.on_event(finished(1, "f.iso"), 2s);
  shown.display.end(2s);
  CHECK(shown.all() ==
        "\r\x1b[K"
        "dir/f.iso: 100.0 MiB in 2s (50.0 MiB/s), proof: the same ETag in every response\n");
}

TEST_CASE("a download that is over at once draws no line") {
  Shown shown({.redraw = true});
  shown.display.on_event(probed(1, "f"), 1ms);
  shown.display.on_event(progress(1, 10), 2ms);
  shown.display.on_event(finished(1, "f"), 3ms);
  shown.display.end(3ms);
  CHECK(shown.prints.size() == 1);
}

TEST_CASE("a job in the background does not draw over the shell") {
  Shown shown({.redraw = true});
  shown.foreground = false;
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 1s);
  CHECK(shown.prints.empty());
}

TEST_CASE("notes and failures stand on lines of their own") {
  Shown shown({.redraw = true});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 1s);
  shown.prints.clear();
  shown.display.on_event(Note{1, "the resource changed"}, 1s);
  shown.display.on_event(failed(1, "f"), 1s);
  CHECK(shown.all() ==
        "\r\x1b[Knote: the resource changed\n"
        "xget: connect https://a/x: refused\nkept: 12 MiB\n");
}

TEST_CASE("a quiet run prints failures alone") {
  Shown shown({.quiet = true, .jobs = 2});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 10), 60s);
  shown.display.on_event(Note{1, "text"}, 60s);
  shown.display.on_event(finished(1, "f"), 60s);
  CHECK(shown.prints.empty());
  shown.display.on_event(failed(2, "g"), 60s);
  shown.display.end(60s);
  CHECK(shown.prints.size() == 1);
}

TEST_CASE("several downloads share one line and get a total at the end") {
  Shown shown({.redraw = true, .jobs = 2});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  CHECK(shown.prints.back() == "\r0 of 2 complete  50.0 MiB    10.0 MiB/s  4 connections\x1b[K");
  shown.display.on_event(probed(2, "g"), 1s);
  shown.display.on_event(progress(2, 0), 2s);
  CHECK(shown.prints.back().find("25%") != std::string::npos);
  CHECK(shown.prints.back().find("20.0 MiB/s") != std::string::npos);
  shown.display.on_event(finished(1, "f"), 3s);
  shown.display.on_event(progress(2, 50 * kMiB), 3s);
  CHECK(shown.prints.back().starts_with("\r1 of 2 complete   75%"));
  shown.display.on_event(failed(2, "g"), 4s);
  shown.prints.clear();
  shown.display.end(4s);
  CHECK(shown.all() == "1 of 2 downloads complete, 150.0 MiB received in 4s\n");
}

TEST_CASE("what a failed download held before is not counted as received") {
  Shown shown({.jobs = 2});
  Probed resumed = probed(1, "f");
  resumed.held = 30 * kMiB;
  shown.display.on_event(resumed, 0ms);
  shown.display.on_event(progress(1, 30 * kMiB), 1s);
  shown.display.on_event(progress(1, 50 * kMiB), 2s);
  shown.display.on_event(failed(1, "f"), 3s);
  shown.display.end(3s);
  CHECK(shown.prints.back() == "0 of 2 downloads complete, 20.0 MiB received in 3s\n");
}

TEST_CASE("the time left is never less than a rate limit allows") {
  Shown shown({.redraw = true, .limit_rate = kMiB});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(progress(1, 50 * kMiB), 1s);
  CHECK(shown.prints.back().find("  50s left") != std::string::npos);
}

TEST_CASE("a total stands still only as long as the job that moved last") {
  Shown shown({.redraw = true, .jobs = 2});
  shown.display.on_event(probed(1, "f"), 0ms);
  shown.display.on_event(probed(2, "g"), 0ms);
  Progress stalled = progress(1, 0);
  stalled.stalled_seconds = 60;
  shown.display.on_event(progress(2, 0), 1s);
  shown.display.on_event(stalled, 2s);
  CHECK(shown.prints.back().find("stalled") == std::string::npos);
  stalled.job = 2;
  stalled.stalled_seconds = 30;
  shown.display.on_event(stalled, 3s);
  CHECK(shown.prints.back().find("stalled 30s") != std::string::npos);
}

TEST_CASE("a line before the server has answered says so") {
  Shown shown({.redraw = true});
  shown.display.on_event(Progress{.job = 1, .stalled_seconds = 5}, 5s);
  CHECK(shown.prints.back().starts_with("\rwaiting for the server  0 B"));
}

TEST_CASE("a wait says on a terminal why and when it is tried again") {
  Shown shown({.redraw = true});
  shown.display.on_event(Retrying{1, "https://a/f", "connection refused", 4000ms}, 900ms);
  shown.display.on_event(Progress{.job = 1}, 1s);
  CHECK(shown.prints.back() == "\rwaiting  again in 4s: connection refused\x1b[K");
  shown.display.on_event(Progress{.job = 1}, 5s);
  CHECK(shown.prints.back().find("trying again: connection refused") != std::string::npos);
  shown.display.on_event(progress(1, 10), 6s);
  CHECK(shown.prints.back().find("again") == std::string::npos);
}

TEST_CASE("where other connections go on a wait is nobody's concern") {
  Shown shown({.redraw = true});
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
  Shown shown({.redraw = true});
  shown.display.on_event(Retrying{1, "https://a/f", std::string(200, 'x'), 4000ms}, 900ms);
  shown.display.on_event(Progress{.job = 1}, 1s);
  CHECK(shown.prints.back().find("again in 4s: xxx") != std::string::npos);
  CHECK(shown.prints.back().size() <= 80 + 8);
}
