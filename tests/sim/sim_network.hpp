// SimNetwork: hosts with addresses, and behind them servers. SimTransport and SimResolver are a
// process's way into it, with the real ones' manners: callbacks later and never from inside the
// call that asked, bodies in parts of at most 16 KiB, connections kept alive, cancelling allowed
// from inside every callback.
// Thread: the simulation's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "sim/sim_server.hpp"
#include "sim/world.hpp"

namespace xget::sim {

enum class Reachability { Answers, Refuses, Silent };

// One address of a host.
struct Node {
  std::string address;
  Reachability reachability = Reachability::Answers;
  Machine machine;
  int open = 0;            // connections in use
  int idle = 0;            // connections kept alive
  Instant link_free_at{};  // the node's own line is busy until then
};

struct Path {
  Duration round_trip = std::chrono::milliseconds(20);
  std::uint64_t connection_rate = 1 << 20;  // bytes per second
  std::uint64_t link_rate = 4 << 20;        // of all connections of a node
  int connection_cap = 1000;                // to a node; more are refused
  bool odd_parts = false;                   // body parts of any length up to 16 KiB
};

// Probabilities for each attempt.
struct PathFaults {
  double lookup_fails = 0;
  double refused = 0;  // the connection
  double silent = 0;   // the connection comes to nothing, until the client's patience ends
  double broken = 0;   // reset before the head
};

struct Host {
  SimServer server;
  std::vector<Node> nodes;
  Path path;
  PathFaults faults;
};

class SimNetwork {
 public:
  Host& add(const std::string& name, Host host);
  Host* find(const std::string& name);
  std::map<std::string, std::unique_ptr<Host>>& hosts() { return hosts_; }
  void drop_connections();  // the client's process ended

  std::uint64_t body_bytes = 0;  // that were taken by clients
  std::uint64_t requests = 0;

 private:
  std::map<std::string, std::unique_ptr<Host>> hosts_;
};

class SimTransport final : public core::Transport {
 public:
  SimTransport(World& world, SimNetwork& network) : world_(world), network_(network) {}
  ~SimTransport() override { network_.drop_connections(); }

  core::RequestId start(const core::HttpRequest& request,
                        core::TransferListener& listener) override;
  void cancel(core::RequestId id) override;
  void resume(core::RequestId id) override;
  std::optional<core::PathFacts> path(core::RequestId) override { return std::nullopt; }

 private:
  struct Transfer {
    core::HttpRequest request;
    core::TransferListener* listener = nullptr;
    Host* host = nullptr;
    Node* node = nullptr;
    bool connected = false;
    bool reused = false;
    Instant started{};
    Reply reply;
    std::uint64_t sent = 0;
    bool paused = false;  // no part is under way then
  };

  void later(Duration delay, core::RequestId id, void (SimTransport::*step)(core::RequestId));
  Transfer* find(core::RequestId id);
  void connect(core::RequestId id);
  void give_up_connecting(core::RequestId id);
  void refuse_connection(core::RequestId id);
  void establish(core::RequestId id);
  void break_connection(core::RequestId id);
  void send_head(core::RequestId id);
  void plan_part(core::RequestId id);
  void send_part(core::RequestId id);
  void end_body(core::RequestId id);
  void end_drained(core::RequestId id);
  void end_refused(core::RequestId id);
  void end(core::RequestId id, core::TransferStatus status, long number, const char* cause);
  void let_go(Transfer& transfer, bool keep_alive);
  [[nodiscard]] std::uint64_t next_part_length(const Transfer& transfer);
  static std::span<const std::byte> bytes_at(const Reply& reply, std::uint64_t position,
                                             std::uint64_t limit);

  World& world_;
  SimNetwork& network_;
  std::map<core::RequestId, Transfer> transfers_;
  core::RequestId next_id_ = 1;
};

class SimResolver final : public core::Resolver {
 public:
  SimResolver(World& world, SimNetwork& network) : world_(world), network_(network) {}

  core::LookupId resolve(const std::string& host,
                         std::function<void(Result<std::vector<std::string>>)> done) override;
  void cancel(core::LookupId id) override { running_.erase(id); }

 private:
  [[nodiscard]] Result<std::vector<std::string>> look_up(const std::string& name);

  World& world_;
  SimNetwork& network_;
  std::set<core::LookupId> running_;
  core::LookupId next_id_ = 1;
};

}  // namespace xget::sim
