// The timeline of a job: what a scheduler is told and decides, as Chrome's trace events.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/connection_policy.hpp"
#include "engine/trace.hpp"
#include "engine/transfer_trace.hpp"

using namespace xget;
using namespace xget::engine;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

struct Lines final : core::TraceSink {
  void add(std::string_view event) override { events.push_back(json::parse(event)); }

  [[nodiscard]] std::vector<json> of(const std::string& phase, const std::string& name) const {
    std::vector<json> found;
    std::copy_if(events.begin(), events.end(), std::back_inserter(found), [&](const json& event) {
      return event["ph"] == phase && (name.empty() || event["name"] == name);
    });
    return found;
  }
  std::vector<json> events;
};

struct NamedSource final : core::Source {
  core::FetchId fetch(const core::FetchSpec&, core::SourceListener&) override { return 1; }
  void cancel(core::FetchId, core::CancelCause) override {}
  void resume(core::FetchId) override {}
  std::optional<core::PathFacts> path(core::FetchId) override { return std::nullopt; }
  std::optional<Instant> next_deadline() const override { return std::nullopt; }
  void on_time(Instant) override {}
  void start_over() override {}
  Result<void> use_url(const std::string&) override { return {}; }
  std::string name() const override { return "http://mirror/file"; }
  std::vector<std::string> addresses(const std::string&) const override { return {}; }
};

// A transfer's timeline with one mirror that is worth four connections.
struct Drawn {
  Drawn() {
    sources.add(std::make_unique<NamedSource>());
    mirrors.admit(mirrors.add({}, std::make_unique<core::FixedConnections>(4), now));
  }
  void decide(const core::SchedulerEvent& event, const core::SchedulerActions& actions = {}) {
    now += milliseconds(10);
    drawing.decided(event, actions, now);
  }

  Instant now{std::chrono::seconds(5)};
  Lines lines;
  MirrorSources sources;
  core::Mirrors mirrors;
  Trace trace{lines, 7, "file", now};
  TransferTrace drawing{trace, sources, mirrors, now};
};

}  // namespace

TEST_CASE("An event is one line of JSON, whatever its texts hold") {
  const std::string evil = "a \"quoted\" \\ back\nslash \x01 \xff";
  const TraceEvent event = TraceEvent(TracePhase::Instant, evil, 3, 1, Instant(milliseconds(2)))
                               .with("text", evil)
                               .with("count", std::uint64_t{1} << 40)
                               .with("rate", 1.5);
  const std::string line = event.line();
  CHECK(line.find('\n') == std::string::npos);
  const json read = json::parse(line);
  CHECK(read["ph"] == "i");
  CHECK(read["pid"] == 3);
  CHECK(read["tid"] == 1);
  CHECK(read["ts"] == 2000.0);
  CHECK(read["args"]["count"] == std::uint64_t{1} << 40);
  CHECK(read["args"]["rate"] == 1.5);
  CHECK(read["args"]["text"] == "a \"quoted\" \\ back\\x0Aslash \\x01 \\xFF");
}

TEST_CASE("A segment is a slice on its connection's track that says where it came to and why") {
  Drawn drawn;
  drawn.decide(core::Tick{}, {core::StartSegment{1, 0, {0, 1000}}});
  drawn.decide(core::SegmentOpened{1, 1000, milliseconds(3)});
  drawn.decide(core::SegmentAdvanced{1, 1000});
  drawn.decide(core::SegmentEnded{1, std::nullopt});
  const json begin = drawn.lines.of("B", "0-1000").at(0);
  const json end = drawn.lines.of("E", "0-1000").at(0);
  CHECK(begin["args"]["mirror"] == "http://mirror/file");
  CHECK(begin["args"]["begin"] == 0);
  CHECK(begin["args"]["end"] == 1000);
  CHECK(end["tid"] == begin["tid"]);
  CHECK(end["args"]["position"] == 1000);
  CHECK(end["args"]["how"] == "complete");
  CHECK(end["args"]["bytes_per_second"] == 50000.0);  // over 20 ms
  CHECK(end["ts"].get<double>() - begin["ts"].get<double>() == Approx(30000));
}

TEST_CASE("A track is used again once its segment has ended") {
  Drawn drawn;
  drawn.decide(core::Tick{},
               {core::StartSegment{1, 0, {0, 10}}, core::StartSegment{2, 0, {10, 20}}});
  drawn.decide(core::SegmentEnded{1, std::nullopt}, {core::StartSegment{3, 0, {20, 30}}});
  const auto track = [&](const char* name) { return drawn.lines.of("B", name).at(0)["tid"]; };
  CHECK(track("0-10") == track("20-30"));
  CHECK(track("0-10") != track("10-20"));
  CHECK(drawn.lines.of("M", "thread_name").size() == 4);  // the job's two, and these
}

TEST_CASE("Failures, cuts and cancelled hedges tell their reasons") {
  Drawn drawn;
  drawn.decide(core::Tick{},
               {core::StartSegment{1, 0, {0, 100}}, core::StartSegment{2, 0, {100, 200}},
                core::StartSegment{3, 0, {200, 300}}});
  for (const core::SegmentId id : {1, 2}) {
    drawn.decide(core::SegmentOpened{id, id * 100, milliseconds(1)});
  }
  drawn.decide(
      core::SegmentEnded{3, core::Failure{.kind = core::FailureKind::Stall, .cause = "silent"}},
      {core::StartSegment{4, 0, {50, 100}, 1}, core::CutSegment{2, 150}});
  drawn.decide(core::SegmentAdvanced{2, 150});
  drawn.decide(core::SegmentEnded{2, std::nullopt});
  drawn.decide(core::SegmentEnded{1, std::nullopt},
               {core::CancelSegment{4, core::CancelReason::TwinWon}});
  const auto end_of = [&](const char* name) { return drawn.lines.of("E", name).at(0)["args"]; };
  CHECK(end_of("200-300")["cause"] == "silent");
  CHECK(end_of("100-200")["how"] == "cut");
  CHECK(end_of("50-100")["cause"] == "twin won");
  CHECK(drawn.lines.of("B", "50-100").at(0)["args"]["hedge_of"] == 1);
  CHECK(drawn.lines.of("i", "to be cut").at(0)["args"]["end"] == 150);
}

TEST_CASE("A range's slice tells the address that it came from") {
  Drawn drawn;
  drawn.decide(core::Tick{}, {core::StartSegment{1, 0, {0, 100}}});
  drawn.drawing.answered_by(1, "192.0.2.1");
  drawn.decide(core::SegmentOpened{1, 100, milliseconds(1)});
  drawn.decide(core::SegmentEnded{1, std::nullopt});
  CHECK(drawn.lines.of("E", "0-100").at(0)["args"]["address"] == "192.0.2.1");
}

TEST_CASE("Every slice that begins ends, also where the transfer is dropped") {
  Drawn drawn;
  drawn.trace.enter_stage("download", drawn.now);
  drawn.drawing.adopted(1, 0, {0, kUnknownEnd}, "192.0.2.1", drawn.now);
  drawn.decide(core::SegmentPaused{1, true});
  drawn.decide(core::Tick{}, {core::StartSegment{2, 0, {10, 20}}});
  drawn.drawing.end(drawn.now);
  drawn.trace.enter_stage("", drawn.now);
  std::map<int, std::vector<json>> open;  // by track
  for (const json& event : drawn.lines.events) {
    auto& here = open[event["tid"]];
    if (event["ph"] == "B") here.push_back(event["name"]);
    if (event["ph"] != "E") continue;
    REQUIRE(!here.empty());
    CHECK(here.back() == event["name"]);
    here.pop_back();
  }
  for (const auto& [track, left] : open) CHECK(left.empty());
}

TEST_CASE("Steps of the connection count and the counters are drawn") {
  Drawn drawn;
  drawn.drawing.count({.receiving = 1, .received = 0, .wasted = 0}, drawn.now);
  const json step = drawn.lines.of("i", "connections").at(0)["args"];
  CHECK(step["to"] == 4);
  CHECK(step["stage"] == "fixed");
  drawn.now += milliseconds(200);
  drawn.drawing.count({.receiving = 3, .received = 1000, .wasted = 10}, drawn.now);
  CHECK(drawn.lines.of("i", "connections").size() == 1);
  CHECK(drawn.lines.of("C", "connections").at(0)["args"] == json{{"receiving", 3}, {"wanted", 4}});
  CHECK(drawn.lines.of("C", "bytes per second").at(0)["args"]["received"] == 5000.0);
  CHECK(drawn.lines.of("C", "wasted bytes").at(0)["args"]["wasted"] == 10);
}
