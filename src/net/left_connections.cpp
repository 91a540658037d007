#include "net/left_connections.hpp"

namespace xget::net {

void LeftConnections::started(const std::string& peer, core::RequestId id) {
  if (!peer.empty()) peers_[peer].running.insert(id);
}

void LeftConnections::ended(const std::string& peer, core::RequestId id) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.running.erase(id);
  if (found->second.running.empty()) peers_.erase(found);
}

void LeftConnections::cancelled(const std::string& peer, core::RequestId id) {
  ended(peer, id);
  const auto found = peers_.find(peer);
  if (found != peers_.end()) found->second.last_doubtful = *found->second.running.rbegin();
}

bool LeftConnections::may_be_joined(const std::string& peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() || *found->second.running.begin() > found->second.last_doubtful;
}

}  // namespace xget::net
