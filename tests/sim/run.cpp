#include "sim/run.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "core/auto_connections.hpp"
#include "core/rate_limits.hpp"
#include "engine/http_source.hpp"
#include "engine/job.hpp"
#include "net/url.hpp"
#include "sim/sim_output.hpp"
#include "sim/sim_refresher.hpp"
#include "sim/sim_worker.hpp"

namespace xget::sim {
namespace {

constexpr Duration kLongestRun = std::chrono::hours(12);
constexpr Duration kLongestStop = std::chrono::minutes(5);  // a slow disk may take seconds a call
constexpr std::uint64_t kMostEvents = 3'000'000;
constexpr int kMostTurnsAtOneInstant = 20'000;

std::unique_ptr<core::ConnectionPolicy> connection_policy(const Scenario& scenario) {
  if (scenario.finds_connections) {
    return std::make_unique<core::AutoConnections>(scenario.connections);
  }
  return std::make_unique<core::FixedConnections>(scenario.connections);
}

// Everything that dies with the process, in the order in which it may be destroyed.
struct Process {
  explicit Process(Universe& universe)
      : clock(universe.world),
        random(universe.world.dice().fork()),
        transport(universe.world, universe.network),
        resolver(universe.world, universe.network),
        disk_worker(universe.world),
        hashing_worker(universe.world),
        writing_worker(universe.world),
        output(universe.world),
        limits(universe.scenario.limit_rate, universe.scenario.limit_rate_per_host),
        commits(disk_worker, universe.scenario.least_commits_together) {
    const Scenario& scenario = universe.scenario;
    const engine::JobPorts ports{clock,          random, universe.disk, disk_worker, hashing_worker,
                                 writing_worker, limits, buffers,       commits};
    std::vector<engine::JobMirror> mirrors;
    mirrors.push_back(mirror_at(universe.given_url(), scenario));
    for (const HostPlan& host : scenario.mirrors) {
      mirrors.push_back(mirror_at("http://" + host.name + "/file", scenario));
    }
    std::unique_ptr<core::Sink> stream;
    if (scenario.stream) stream = output.sink(*scenario.stream, scenario.job.digest);
    std::unique_ptr<core::UrlRefresher> refresher;
    if (scenario.refresh) {
      refresher = std::make_unique<SimRefresher>(universe.world, kUrl, scenario.refresh->fails);
    }
    job = std::make_unique<engine::Job>(
        scenario.job, ports,
        engine::JobParts{std::move(mirrors), std::move(stream), std::move(refresher)},
        [this, &universe](Event event) { take(universe.world, std::move(event)); });
  }

  engine::JobMirror mirror_at(const std::string& url, const Scenario& scenario) {
    engine::HttpSourceSettings settings;
    settings.url = net::parse_url(url).value();
    settings.proxy = "none";
    return {std::make_unique<engine::HttpSource>(std::move(settings), transport, resolver, clock),
            connection_policy(scenario)};
  }

  void take(World& world, Event event) {
    if (world.process_dying()) return;
    if (auto* note = std::get_if<Note>(&event)) world.trace_text("note", note->text);
    if (auto* end = std::get_if<Finished>(&event)) outcome.finished = std::move(*end);
    if (auto* end = std::get_if<Failed>(&event)) outcome.failed = std::move(*end);
  }

  RunOutcome outcome;
  SimClock clock;
  SimRandom random;
  SimTransport transport;
  SimResolver resolver;
  SimWorker disk_worker;
  SimWorker hashing_worker;
  SimWorker writing_worker;
  SimOutput output;
  core::RateLimits limits;
  engine::BufferPool buffers;
  store::CommitGroup commits;
  std::unique_ptr<engine::Job> job;
};

class Loop {
 public:
  Loop(Universe& universe, Process& process, const Outage& outage)
      : universe_(universe),
        world_(universe.world),
        process_(process),
        outage_(outage.kind),
        started_(world_.now()) {
    if (outage_ == OutageKind::None) return;
    if (outage.after) {
      strikes_at_ = started_ + *outage.after;
    } else {
      universe_.disk.after_calls(outage.disk_calls, outage.ordering_calls_only,
                                 [this] { strike(); });
    }
  }
  ~Loop() { universe_.disk.cancel_after_calls(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until the job has ended or the process dies. What makes it endless, if it is.
  std::optional<std::string> run() {
    engine::Job& job = *process_.job;
    const std::uint64_t most_events = world_.events_run() + kMostEvents;
    job.on_time(world_.now());
    while (!job.ended() && !world_.process_dying()) {
      if (auto stuck = turn()) return stuck;
      if (world_.process_dying()) break;
      job.on_time(world_.now());
      if (world_.now() - started_ > kLongestRun) return "it runs for hours";
      if (interrupted_at_ && world_.now() - *interrupted_at_ > kLongestStop) {
        return "it was interrupted and goes on";
      }
      if (world_.events_run() > most_events) return "it makes events without end";
    }
    return std::nullopt;
  }

 private:
  // One turn of the loop: time goes on to what comes next, and all that is due happens.
  std::optional<std::string> turn() {
    const auto event = world_.next_event();
    const auto deadline = process_.job->next_deadline();
    if (!event && !deadline) return "nothing will ever happen any more";
    Instant next = event.value_or(Instant::max());
    if (deadline) next = std::min(next, *deadline);
    const Instant before = world_.now();
    if (strikes_at_ && next >= *strikes_at_) {
      world_.advance_to(*std::exchange(strikes_at_, std::nullopt));
      strike();
      return std::nullopt;
    }
    world_.advance_to(next);
    while (!world_.process_dying() && world_.next_event() && *world_.next_event() <= world_.now()) {
      world_.step();
    }
    turns_at_once_ = world_.now() == before ? turns_at_once_ + 1 : 0;
    if (turns_at_once_ > kMostTurnsAtOneInstant) return "it spins: time stands still";
    return std::nullopt;
  }

  void strike() {
    if (outage_ == OutageKind::Interrupt) {
      world_.trace("the user interrupts");
      interrupted_at_ = world_.now();
      process_.job->interrupt();
    } else {
      world_.trace("the process dies here");
      world_.kill_process();
    }
  }

  Universe& universe_;
  World& world_;
  Process& process_;
  OutageKind outage_;
  Instant started_;
  std::optional<Instant> strikes_at_;
  std::optional<Instant> interrupted_at_;
  int turns_at_once_ = 0;
};

// What still runs on the workers when the job has ended comes to its end, as it does before a real
// process exits.
void drain(World& world, Process& process) {
  while (!world.process_dying() && world.next_event() &&
         !(process.disk_worker.idle() && process.hashing_worker.idle() &&
           process.writing_worker.idle() && process.output.idle())) {
    world.step();
  }
}

}  // namespace

RunOutcome run_process(Universe& universe, const Outage& outage) {
  World& world = universe.world;
  world.trace("a process starts");
  RunOutcome outcome;
  {
    Process process(universe);
    const auto stuck = Loop(universe, process, outage).run();
    if (!stuck) drain(world, process);
    outcome = process.outcome;
    outcome.stuck = stuck;
    outcome.died = world.process_dying();
    if (stuck) world.kill_process();
    process.disk_worker.abandon();
    process.hashing_worker.abandon();
    process.writing_worker.abandon();
    process.output.abandon();
    outcome.streamed = process.output.bytes();
    process.job.reset();
    world.end_process();
  }
  if (outcome.failed) world.trace_text("the job fails:", to_string(outcome.failed->error));
  if (outcome.finished) world.trace_text("the job succeeds:", outcome.finished->rests_on);
  return outcome;
}

}  // namespace xget::sim
