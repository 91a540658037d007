// Scenario: everything that a seed decides beforehand. What happens is then a consequence of it
// and of the world's dice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/job.hpp"
#include "sim/dice.hpp"
#include "sim/sim_disk.hpp"
#include "sim/sim_network.hpp"

namespace xget::sim {

inline constexpr char kFolder[] = "/home/user";
inline constexpr char kTarget[] = "/home/user/FILE";
inline constexpr char kCheckpointFolder[] = "/home/user/checkpoints";
inline constexpr char kOriginHost[] = "origin.test";
inline constexpr char kUrl[] = "http://origin.test/file";
inline constexpr char kContentHost[] = "content.test";  // where redirects lead

// What stands at the target before the first run.
enum class Before { Nothing, Junk, Whole, Beginning, JunkPartial, BeginningPartial };

// How one run of the process is ended from outside, if it is.
enum class OutageKind { None, Interrupt, Kill, PowerCut };
struct Outage {
  OutageKind kind = OutageKind::None;
  // One of the two: a moment since the run's start, or so many disk calls.
  std::optional<Duration> after;
  std::uint64_t disk_calls = 0;
  bool ordering_calls_only = false;
};

// What somebody does to the files between two runs.
enum class Tampering {
  Nothing,
  ChangePartial,
  CutPartial,
  GrowPartial,
  GarbleSidecar,
  DropSidecar
};

struct Change {
  Duration at{};  // since the world's beginning
  std::uint64_t size = 0;
};

struct RunPlan {
  Outage outage;
  Tampering tampering_afterwards = Tampering::Nothing;
  Duration pause_afterwards{};
};

struct HostPlan {
  std::string name;
  ServerHabits habits;
  ServerFaults faults;
  Path path;
  PathFaults path_faults;
  std::vector<Node> nodes;
};

// The URL that is asked first expires, and somebody may know a fresh one.
struct RefreshPlan {
  double fails = 0;  // the probability that nobody does
  Duration age{};    // of the one that is given, when the world begins
};

// Standard output, and the one who reads it.
struct StreamPlan {
  std::uint64_t window = 0;  // bytes
  double reader_pauses = 0;  // the probability for each write
};

struct Scenario {
  std::uint64_t size = 0;       // of the first version
  std::vector<Change> changes;  // in order
  Validation validation = Validation::StrongEtag;
  std::vector<HostPlan> hosts;    // the first is the one that is asked
  std::vector<HostPlan> mirrors;  // of the same resource
  engine::JobSettings job;        // the digest is that of the first version
  int connections = 4;            // or, if it finds them itself, at most
  bool finds_connections = false;
  std::optional<RefreshPlan> refresh;
  std::optional<StreamPlan> stream;  // instead of the target
  bool digest_given = false;
  bool servers_say_digest = false;
  // Bytes of each published piece, of the first version: servers may give wrong bytes then.
  std::optional<std::uint64_t> published_pieces;
  std::uint64_t limit_rate = 0;
  std::uint64_t limit_rate_per_host = 0;
  DiskFaults disk;
  std::size_t least_commits_together = 3;  // files that get their final names at once
  Before before = Before::Nothing;
  std::uint64_t before_length = 0;
  std::vector<RunPlan> runs;  // after them all faults end, and one more run must succeed
  OutageKind after_success = OutageKind::None;
};

Scenario draw_scenario(Dice& dice);

}  // namespace xget::sim
