// Universe: a scenario come true. World, resource, servers and disk, from the first run of the
// process to the last; the processes come and go in run.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.hpp"
#include "sim/sim_disk.hpp"
#include "sim/sim_network.hpp"
#include "sim/world.hpp"

namespace xget::sim {

class Universe {
 public:
  explicit Universe(std::uint64_t seed);

  // What the user asks for in every run. A token in it is no younger than the world.
  [[nodiscard]] const std::string& given_url() const { return given_url_; }
  // All faults end, for good.
  void heal();
  // Between two runs, from outside.
  void tamper(Tampering how);
  void pause(Duration duration);

  // FILE before the first run; nullopt: absent.
  [[nodiscard]] const std::vector<std::byte>* target_before() const {
    return target_before_ ? &*target_before_ : nullptr;
  }
  // Syncs may have lied or failed: what is on the platter is nobody's promise.
  [[nodiscard]] bool disk_is_honest() const {
    return !scenario.disk.lies && scenario.disk.sync_fails == 0;
  }

  World world;
  Scenario scenario;
  Resource resource;
  SimNetwork network;
  SimDisk disk;

 private:
  void build_hosts();
  void schedule_changes();
  void put_files();

  std::string given_url_ = kUrl;
  std::optional<std::vector<std::byte>> target_before_;
};

}  // namespace xget::sim
