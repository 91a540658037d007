#include "sim/universe.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "base/digest.hpp"
#include "base/encoding.hpp"

namespace xget::sim {
namespace {

constexpr Duration kAge = std::chrono::hours(24);  // of the first version
// Long enough that each token brings a download on, on the slowest path.
constexpr Duration kTokenLifetimeAtPeace = std::chrono::minutes(1);

std::vector<std::byte> bytes_of(VersionId version, std::uint64_t length) {
  std::vector<std::byte> bytes;
  bytes.reserve(length);
  while (bytes.size() < length) {
    const auto part = content(version, bytes.size(), length - bytes.size());
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

std::string digest_of(DigestAlgorithm algorithm, VersionId version, std::uint64_t size) {
  auto digester = Digester::create(algorithm);
  for (std::uint64_t at = 0; at < size;) {
    const auto part = content(version, at, size - at);
    digester->update(part);
    at += part.size();
  }
  return digester->finish_hex();
}

core::PublishedPieces published_pieces(std::uint64_t length, std::uint64_t size) {
  core::PublishedPieces pieces{.algorithm = DigestAlgorithm::Sha1, .length = length};
  const auto bytes = bytes_of(0, size);
  for (std::uint64_t at = 0; at < size; at += length) {
    const auto digester = Digester::create(pieces.algorithm);
    digester->update(std::span(bytes).subspan(at, std::min(length, size - at)));
    const auto digest = parse_hex(digester->finish_hex());
    pieces.digests.insert(pieces.digests.end(), digest->begin(), digest->end());
  }
  return pieces;
}

// No byte of a resource is zero: what is zero was not written yet, and changing it harms nobody.
std::uint64_t somewhere_written(const std::vector<std::byte>& bytes, Dice& dice) {
  std::uint64_t at = 0;
  for (int tries = 0; tries < 20; ++tries) {
    at = dice.below(bytes.size());
    if (bytes[at] != std::byte{0}) break;
  }
  return at;
}

std::string partial_path() { return std::string(kTarget) + ".partial"; }

}  // namespace

Universe::Universe(std::uint64_t seed)
    : world(seed),
      scenario(draw_scenario(world.dice())),
      resource({0, scenario.size,
                world.wall_now() - std::chrono::duration_cast<std::chrono::seconds>(kAge)}),
      disk(world) {
  if (scenario.digest_given) {
    constexpr std::array kAlgorithms{DigestAlgorithm::Sha256, DigestAlgorithm::Xxh3_128,
                                     DigestAlgorithm::Crc32c};
    const auto algorithm = world.dice().pick(kAlgorithms);
    scenario.job.digest = {algorithm, digest_of(algorithm, 0, scenario.size)};
  }
  if (scenario.published_pieces) {
    scenario.job.pieces = published_pieces(*scenario.published_pieces, scenario.size);
    scenario.job.pieces_by = "FILE.torrent";
  }
  if (scenario.refresh) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(scenario.refresh->age);
    given_url_ += token_query(world.wall_now() - age);
  }
  build_hosts();
  schedule_changes();
  put_files();
  disk.faults = scenario.disk;
}

void Universe::build_hosts() {
  std::vector<HostPlan> plans = scenario.hosts;
  plans.insert(plans.end(), scenario.mirrors.begin(), scenario.mirrors.end());
  for (const HostPlan& plan : plans) {
    Host host{.server = SimServer(resource, plan.habits, world.dice().fork()),
              .nodes = plan.nodes,
              .path = plan.path,
              .faults = plan.path_faults};
    host.server.faults = plan.faults;
    network.add(plan.name, std::move(host));
  }
}

void Universe::schedule_changes() {
  VersionId id = 1;
  for (const Change& change : scenario.changes) {
    world.after(change.at, Owner::World, [this, id, size = change.size] {
      resource.change({id, size, world.wall_now()});
      world.trace("the resource changes", static_cast<std::uint64_t>(id), size);
    });
    ++id;
  }
}

void Universe::put_files() {
  (void)disk.make_folder(kFolder);
  const auto put = [&](const std::string& path, VersionId version, std::uint64_t length) {
    disk.put(path, bytes_of(version, length));
  };
  switch (scenario.before) {
    case Before::Nothing: break;
    case Before::Junk: put(kTarget, kJunk, scenario.before_length); break;
    case Before::Whole: put(kTarget, 0, scenario.size); break;
    case Before::Beginning: put(kTarget, 0, scenario.before_length); break;
    case Before::JunkPartial: put(partial_path(), kJunk, scenario.before_length); break;
    case Before::BeginningPartial: put(partial_path(), 0, scenario.before_length); break;
  }
  if (const auto* bytes = disk.content(kTarget)) target_before_ = *bytes;
}

void Universe::heal() {
  world.trace("all faults end");
  disk.faults = {};
  if (scenario.refresh) scenario.refresh->fails = 0;
  for (auto& [name, host] : network.hosts()) {
    host->server.faults = {};
    if (scenario.refresh) host->server.keep_tokens_for(kTokenLifetimeAtPeace);
    host->faults = {};
    for (Node& node : host->nodes) {
      node.reachability = Reachability::Answers;
      node.machine = {};
    }
  }
}

void Universe::pause(Duration duration) {
  const Instant end = world.now() + duration;
  while (world.next_event() && *world.next_event() <= end) world.step();
  world.advance_to(end);
}

void Universe::tamper(Tampering how) {
  const bool sidecar = how == Tampering::GarbleSidecar || how == Tampering::DropSidecar;
  const std::string path = sidecar ? partial_path() + ".json" : partial_path();
  const auto* found = disk.content(path);
  if (how == Tampering::Nothing || found == nullptr || found->empty()) return;
  world.trace("somebody meddles with the files", static_cast<std::uint64_t>(how));
  Dice& dice = world.dice();
  std::vector<std::byte> bytes = *found;
  const std::uint64_t at = somewhere_written(bytes, dice);
  switch (how) {
    case Tampering::Nothing: break;
    case Tampering::ChangePartial:
      for (std::uint64_t i = at; i < bytes.size() && i < at + 500; ++i) bytes[i] ^= std::byte{0x80};
      break;
    case Tampering::CutPartial: bytes.resize(at); break;
    case Tampering::GrowPartial: bytes.resize(bytes.size() + 1 + at, std::byte{1}); break;
    case Tampering::GarbleSidecar: bytes[at] ^= std::byte{0x01}; break;
    case Tampering::DropSidecar: return disk.remove(path);
  }
  disk.put(path, std::move(bytes));
}

}  // namespace xget::sim
