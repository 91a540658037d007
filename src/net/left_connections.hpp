// LeftConnections: when a new request must not join a connection that is there already.
//
// A request is cancelled when nothing comes through, and what holds an HTTP/2 stream up may hold up
// all of its connection. libcurl closes a connection once its last request is gone, but until then
// it would put new ones on it, and requests that fail in turns would keep it for ever. So as long
// as one still runs that may be on a connection which another has left, new ones avoid it.
//
// A peer is what shared_peer (curl_options.hpp) says; an empty one is no concern of this.
// Thread: loop.
#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "core/ports.hpp"

namespace xget::net {

class LeftConnections {
 public:
  void started(const std::string& peer, core::RequestId id);
  void ended(const std::string& peer, core::RequestId id);
  // Instead of ended().
  void cancelled(const std::string& peer, core::RequestId id);

  [[nodiscard]] bool may_be_joined(const std::string& peer) const;

 private:
  struct Requests {
    std::set<core::RequestId> running;
    core::RequestId last_doubtful = 0;  // those up to it may be on a connection that was left
  };

  std::unordered_map<std::string, Requests> peers_;  // with requests that run
};

}  // namespace xget::net
