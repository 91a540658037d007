#include "sim/scenario.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/piece_length.hpp"

namespace xget::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// ---- the resource -----------------------------------------------------------------------------

std::uint64_t draw_size(Dice& dice) {
  const double kind = dice.uniform();
  if (kind < 0.04) return dice.between(0, 3);
  if (kind < 0.20) return dice.between(1, 64 * kKiB);
  if (kind < 0.55) return dice.between(1, kMiB);
  if (kind < 0.65) return core::kMinPieceLength * dice.between(1, 3) + dice.between(0, 2) - 1;
  if (kind < 0.92) return dice.between(kMiB, 4 * kMiB);
  return dice.between(3 * kMiB, 8 * kMiB);
}

Validation draw_validation(Dice& dice) {
  const std::array<Validation, 10> values{Validation::StrongEtag,      Validation::StrongEtag,
                                          Validation::StrongEtag,      Validation::StrongEtagDated,
                                          Validation::StrongEtagDated, Validation::StrongDate,
                                          Validation::StrongDate,      Validation::WeakDate,
                                          Validation::WeakEtag,        Validation::None};
  return dice.pick(values);
}

// Without a validator only another size shows a change: so it has one then.
std::vector<Change> draw_changes(Dice& dice, std::uint64_t size, Validation validation,
                                 Duration span) {
  std::vector<Change> changes;
  if (!dice.chance(0.35)) return changes;
  const std::uint64_t count = dice.chance(0.8) ? 1 : dice.between(2, 4);
  Duration at{};
  for (std::uint64_t i = 0; i < count; ++i) {
    // Two changes within one second would share a Last-Modified.
    at += seconds(2) + dice.between(Duration{}, 3 * span);
    const bool same_size = validation != Validation::None && dice.chance(0.6);
    changes.push_back({at, same_size ? size : size + dice.between(1, 100 * kKiB)});
    size = changes.back().size;
  }
  return changes;
}

// ---- servers ----------------------------------------------------------------------------------

Path draw_path(Dice& dice) {
  Path path;
  path.round_trip = dice.between(milliseconds(1), milliseconds(dice.chance(0.2) ? 800 : 100));
  path.connection_rate = dice.between(30 * kKiB, 3 * kMiB);
  path.link_rate = path.connection_rate * dice.between(1, 8);
  if (dice.chance(0.1)) path.connection_cap = static_cast<int>(dice.between(1, 4));
  path.odd_parts = dice.chance(0.2);
  return path;
}

ServerHabits draw_habits(Dice& dice, Validation validation) {
  ServerHabits habits;
  habits.validation = validation;
  habits.ranges = !dice.chance(0.16);
  habits.refuses_ranges = dice.chance(0.02);
  habits.honours_if_range = !dice.chance(0.25);
  habits.if_range_means_whole = dice.chance(0.06);
  habits.chunked = dice.chance(habits.ranges ? 0.1 : 0.7);
  habits.until_close = dice.chance(0.05);
  // Where sizes alone show a change, they must be there.
  habits.hides_total = validation != Validation::None && dice.chance(0.04);
  habits.empty_is_unsatisfiable = dice.chance(0.5);
  if (dice.chance(0.06)) habits.range_cap = dice.between(16 * kKiB, 512 * kKiB);
  return habits;
}

// Faults that cost a whole new start when they happen are rarer than the others.
struct FaultChoice {
  double ServerFaults::*probability;
  double most;
};
constexpr std::array kFaultChoices{
    FaultChoice{&ServerFaults::server_error, 0.3},
    FaultChoice{&ServerFaults::busy, 0.3},
    FaultChoice{&ServerFaults::denied, 0.1},
    FaultChoice{&ServerFaults::whole_for_range, 0.2},
    FaultChoice{&ServerFaults::login_page, 0.2},
    FaultChoice{&ServerFaults::multipart, 0.2},
    FaultChoice{&ServerFaults::unsatisfiable, 0.1},
    FaultChoice{&ServerFaults::range_early, 0.3},
    FaultChoice{&ServerFaults::range_late, 0.3},
    FaultChoice{&ServerFaults::range_missing, 0.2},
    FaultChoice{&ServerFaults::range_nonsense, 0.2},
    FaultChoice{&ServerFaults::wrong_total, 0.3},
    FaultChoice{&ServerFaults::wrong_length, 0.2},
    FaultChoice{&ServerFaults::coded, 0.3},
    FaultChoice{&ServerFaults::other_version, 0.25},
    FaultChoice{&ServerFaults::drops_validators, 0.2},
    FaultChoice{&ServerFaults::too_long, 0.4},
    FaultChoice{&ServerFaults::short_but_clean, 0.3},
    FaultChoice{&ServerFaults::cut, 0.4},
    FaultChoice{&ServerFaults::reset, 0.4},
    FaultChoice{&ServerFaults::stall, 0.2},
    FaultChoice{&ServerFaults::pause, 0.3},
    FaultChoice{&ServerFaults::crawl, 0.2},
    FaultChoice{&ServerFaults::mute, 0.2},
    // Once more: bodies that are longer or shorter than they say are most of what happens.
    FaultChoice{&ServerFaults::too_long, 0.4},
    FaultChoice{&ServerFaults::short_but_clean, 0.3},
    FaultChoice{&ServerFaults::cut, 0.4},
    FaultChoice{&ServerFaults::reset, 0.4},
    FaultChoice{&ServerFaults::redirect_loop, 0.05},
};

ServerFaults draw_faults(Dice& dice) {
  ServerFaults faults;
  if (dice.chance(0.15)) return faults;
  const std::uint64_t count = dice.chance(0.8) ? dice.between(1, 5) : dice.between(5, 9);
  for (std::uint64_t i = 0; i < count; ++i) {
    const FaultChoice& choice = dice.pick(kFaultChoices);
    faults.*choice.probability = choice.most * dice.uniform();
  }
  return faults;
}

PathFaults draw_path_faults(Dice& dice) {
  PathFaults faults;
  if (dice.chance(0.6)) return faults;
  if (dice.chance(0.3)) faults.lookup_fails = 0.3 * dice.uniform();
  if (dice.chance(0.5)) faults.refused = 0.3 * dice.uniform();
  if (dice.chance(0.2)) faults.silent = 0.1 * dice.uniform();
  if (dice.chance(0.5)) faults.broken = 0.3 * dice.uniform();
  return faults;
}

// One that need not be honest.
Machine draw_machine(Dice& dice) {
  Machine machine;
  if (dice.chance(0.15)) machine.lag = dice.between(1, 2);
  if (dice.chance(0.05)) machine.lost_it = true;
  if (dice.chance(0.1)) machine.stalls = dice.chance(0.5) ? 1 : dice.uniform();
  if (dice.chance(0.1)) machine.slowness = static_cast<double>(dice.between(5, 500));
  return machine;
}

std::vector<Node> draw_nodes(Dice& dice, const std::string& prefix) {
  std::vector<Node> nodes;
  const std::uint64_t count = dice.chance(0.5) ? 1 : dice.between(2, 5);
  for (std::uint64_t i = 0; i < count; ++i) {
    Node node;
    node.address = (i % 2 == 0 ? "192.0.2." : "2001:db8::") + prefix + std::to_string(i);
    // The first one answers: one honest server remains.
    if (i > 0 && dice.chance(0.2)) node.reachability = Reachability::Silent;
    if (i > 0 && dice.chance(0.2)) node.reachability = Reachability::Refuses;
    if (i > 0) node.machine = draw_machine(dice);
    nodes.push_back(node);
  }
  // The honest one need not be the first that is tried.
  std::swap(nodes.front(), nodes[dice.below(nodes.size())]);
  return nodes;
}

HostPlan draw_host(Dice& dice, const std::string& name, const std::string& prefix,
                   Validation validation) {
  HostPlan host;
  host.name = name;
  host.habits = draw_habits(dice, validation);
  host.faults = draw_faults(dice);
  host.path = draw_path(dice);
  host.path_faults = draw_path_faults(dice);
  host.nodes = draw_nodes(dice, prefix);
  return host;
}

std::vector<HostPlan> draw_hosts(Dice& dice, Validation validation) {
  std::vector<HostPlan> hosts{draw_host(dice, kOriginHost, "1", validation)};
  if (!dice.chance(0.12)) return hosts;
  hosts.push_back(draw_host(dice, kContentHost, "2", validation));
  ServerHabits& origin = hosts.front().habits;
  origin.redirects_to = std::string("http://") + kContentHost + "/real";
  if (dice.chance(0.5)) {
    origin.sends_token = true;
    // Some round trips pass before it can be used at all.
    hosts.back().habits.token_lifetime =
        8 * hosts.back().path.round_trip + dice.between(seconds(2), seconds(60));
  }
  return hosts;
}

// How long a whole transfer takes about, without faults.
Duration estimate(const Path& path, std::uint64_t size, int connections) {
  const auto rate = std::min(path.link_rate, path.connection_rate * connections);
  return 4 * path.round_trip + from_seconds(static_cast<double>(size) / static_cast<double>(rate));
}

// ---- the job ----------------------------------------------------------------------------------

CheckpointInterval draw_interval(Dice& dice) {
  const std::array<milliseconds, 4> times{milliseconds(1000), milliseconds(200), milliseconds(50),
                                          milliseconds(0)};
  const std::array<std::uint64_t, 4> bytes{16 * kMiB, 256 * kKiB, 32 * kKiB, 0};
  CheckpointInterval interval{dice.pick(times), dice.pick(bytes)};
  if (interval.time.count() == 0 && interval.bytes == 0) interval.time = milliseconds(300);
  return interval;
}

engine::JobSettings draw_job(Dice& dice, std::uint64_t size) {
  engine::JobSettings job;
  job.id = 1;
  job.path = kTarget;
  job.checkpoint_interval = draw_interval(dice);
  if (dice.chance(0.1)) job.checkpoint_folder = kCheckpointFolder;
  const std::array<Preallocate, 3> ways{Preallocate::Full, Preallocate::Sparse, Preallocate::None};
  job.preallocate = dice.pick(ways);
  job.strict = dice.chance(0.08);
  if (dice.chance(0.08)) job.on_change = OnChange::Fail;
  if (dice.chance(0.03)) job.resume = Resume::Never;
  if (dice.chance(0.03)) job.max_filesize = dice.between(1, 2 * size + 1);
  if (dice.chance(0.3)) job.physical_memory = kMiB;
  job.retry.give_up_after = minutes(20);
  return job;
}

Before draw_before(Dice& dice, engine::JobSettings& job) {
  if (!dice.chance(0.15)) return Before::Nothing;
  const std::array<Before, 5> kinds{Before::Junk, Before::Whole, Before::Beginning,
                                    Before::JunkPartial, Before::BeginningPartial};
  const std::array<Existing, 4> choices{Existing::Refuse, Existing::Overwrite, Existing::Keep,
                                        Existing::Rename};
  const Before before = dice.pick(kinds);
  if (dice.chance(0.6)) job.resume = Resume::Adopt;
  job.existing = dice.chance(0.6) ? Existing::Refuse : dice.pick(choices);
  return before;
}

DiskFaults draw_disk_faults(Dice& dice) {
  DiskFaults faults;
  if (dice.chance(0.05)) faults.write_fails = 0.02 * dice.uniform();
  if (dice.chance(0.05)) faults.sync_fails = 0.1 * dice.uniform();
  if (dice.chance(0.03)) faults.name_fails = 0.05 * dice.uniform();
  if (dice.chance(0.1)) faults.slow = 0.05 * dice.uniform();
  // A lie and a failure together would take back what was read and found good.
  if (faults.sync_fails == 0 && dice.chance(0.03)) faults.lies = true;
  return faults;
}

// ---- ways of asking ---------------------------------------------------------------------------

// A signed URL that expires after a while. Each fresh one may go with an ETag of its own, so that
// only date, size and samples show that the version is the same.
void draw_refresh(Dice& dice, Scenario& scenario) {
  ServerHabits& origin = scenario.hosts.front().habits;
  const bool suits = scenario.hosts.size() == 1 && origin.ranges && !origin.refuses_ranges;
  if (!suits || !dice.chance(0.1)) return;
  scenario.refresh = {.fails = dice.chance(0.5) ? 0.3 * dice.uniform() : 0};
  scenario.job.retry.refreshes = 3;
  origin.token_lifetime = dice.between(seconds(1), seconds(20));
  scenario.refresh->age = dice.between(Duration{}, 2 * *origin.token_lifetime);
  if (!dice.chance(0.7)) return;
  origin.etag_per_token = true;
  scenario.validation = origin.validation = Validation::StrongEtagDated;
}

// The name is always the target's, however it is said, so that whoever looks knows where.
void draw_server_names(Dice& dice, Scenario& scenario) {
  if (scenario.stream || !dice.chance(0.08)) return;
  const std::array<const char*, 6> dispositions{
      "attachment; filename=\"FILE\"",       "inline; filename=../../FILE",
      "attachment; filename*=UTF-8''%46ILE", "attachment; filename=\"/etc/FILE\"",
      "attachment; filename=\"..\"",         ""};
  scenario.job.server_names_in = kFolder;
  scenario.hosts.back().habits.disposition = dice.pick(dispositions);
}

void draw_mirrors(Dice& dice, Scenario& scenario) {
  if (scenario.hosts.size() > 1 || scenario.refresh || !dice.chance(0.25)) return;
  const std::uint64_t count = dice.between(1, 3);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i + 1);
    const auto validation = dice.chance(0.7) ? scenario.validation : draw_validation(dice);
    HostPlan host = draw_host(dice, "mirror" + number + ".test", number + "9", validation);
    host.habits.etag_suffix = "-mirror" + number;
    scenario.mirrors.push_back(std::move(host));
  }
}

void draw_stream(Dice& dice, Scenario& scenario) {
  if (scenario.before != Before::Nothing || !dice.chance(0.06)) return;
  scenario.stream = {.window = dice.between(512 * kKiB, 4 * kMiB),
                     .reader_pauses = dice.chance(0.5) ? 0.3 * dice.uniform() : 0};
  scenario.job.path = "-";
}

// Where pieces are published, one byte may be another than it should: nothing else would tell.
void draw_published_pieces(Dice& dice, Scenario& scenario) {
  if (scenario.stream || scenario.size == 0 || !dice.chance(0.1)) return;
  const std::array<std::uint64_t, 4> lengths{16 * kKiB, 100'000, 256 * kKiB, 2 * kMiB};
  scenario.published_pieces = dice.pick(lengths);
  for (HostPlan& host : scenario.hosts) {
    if (dice.chance(0.7)) host.faults.lies = 0.2 * dice.uniform();
  }
}

// ---- outages ----------------------------------------------------------------------------------

Outage draw_outage(Dice& dice, Duration span) {
  Outage outage;
  if (dice.chance(0.25)) return outage;
  outage.kind = dice.chance(0.2)   ? OutageKind::Interrupt
                : dice.chance(0.4) ? OutageKind::Kill
                                   : OutageKind::PowerCut;
  if (dice.chance(0.5)) {
    outage.after = dice.between(Duration{}, span + span / 2);
    return outage;
  }
  outage.ordering_calls_only = dice.chance(0.7);
  const bool early = dice.chance(0.5);
  const std::uint64_t most = outage.ordering_calls_only ? 60 : 300;
  outage.disk_calls = dice.between(1, early ? most / 5 : most);
  return outage;
}

std::vector<RunPlan> draw_runs(Dice& dice, Duration span) {
  std::vector<RunPlan> runs;
  const std::uint64_t count = dice.chance(0.4) ? 0 : dice.between(1, 4);
  const bool somebody_meddles = dice.chance(0.4);
  for (std::uint64_t i = 0; i < count; ++i) {
    RunPlan run;
    run.outage = draw_outage(dice, span);
    run.pause_afterwards = dice.between(Duration{}, dice.chance(0.5) ? seconds(2) : minutes(1));
    if (somebody_meddles && dice.chance(0.7)) {
      // Late enough that there is something to meddle with.
      run.outage = {.kind = OutageKind::Kill, .after = dice.between(span / 2, span)};
      const std::array<Tampering, 7> ways{Tampering::ChangePartial, Tampering::ChangePartial,
                                          Tampering::ChangePartial, Tampering::CutPartial,
                                          Tampering::GrowPartial,   Tampering::GarbleSidecar,
                                          Tampering::DropSidecar};
      run.tampering_afterwards = dice.pick(ways);
    }
    runs.push_back(run);
  }
  return runs;
}

}  // namespace

Scenario draw_scenario(Dice& dice) {
  Scenario scenario;
  scenario.size = draw_size(dice);
  scenario.validation = draw_validation(dice);
  scenario.hosts = draw_hosts(dice, scenario.validation);
  scenario.connections = dice.chance(0.25) ? 1 : static_cast<int>(dice.between(2, 8));
  scenario.finds_connections = dice.chance(0.4);
  scenario.job = draw_job(dice, scenario.size);
  draw_refresh(dice, scenario);
  draw_mirrors(dice, scenario);
  const Duration span = estimate(scenario.hosts.back().path, scenario.size, scenario.connections);
  scenario.changes = draw_changes(dice, scenario.size, scenario.validation, span);
  scenario.digest_given = dice.chance(0.12);
  if (dice.chance(0.05)) scenario.limit_rate = dice.between(20 * kKiB, kMiB);
  scenario.disk = draw_disk_faults(dice);
  scenario.before = draw_before(dice, scenario.job);
  scenario.before_length = dice.below(scenario.size + 1);
  draw_stream(dice, scenario);
  draw_server_names(dice, scenario);
  scenario.runs = draw_runs(dice, span);
  if (dice.chance(0.4)) {
    scenario.after_success = dice.chance(0.3) ? OutageKind::Kill : OutageKind::PowerCut;
  }
  if (dice.chance(0.05)) scenario.limit_rate_per_host = dice.between(20 * kKiB, kMiB);
  draw_published_pieces(dice, scenario);
  if (dice.chance(0.35)) scenario.job.direct_io = DirectIo::On;
  if (dice.chance(0.5)) scenario.least_commits_together = 1;
  scenario.disk.direct_writes = !dice.chance(0.1);
  scenario.servers_say_digest = dice.chance(0.15);
  for (HostPlan& host : scenario.hosts) host.habits.says_digest = scenario.servers_say_digest;
  return scenario;
}

}  // namespace xget::sim
