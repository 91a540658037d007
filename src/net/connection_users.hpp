// ConnectionUsers: which TCP connections have a request on them.
//
// Only HTTP/2 carries several requests at once. Where a server speaks both versions on one port,
// libcurl 7.88 takes an HTTP/1.1 connection that is in use for one that can be shared, and each
// request gets the answer of another. So each says here where it is put, before it is sent.
// Thread: loop.
#pragma once

#include <string>
#include <unordered_map>

namespace xget::net {

class ConnectionUsers {
 public:
  // `connection`: its two ends, as text. False: another request is on it, and it cannot be shared;
  // then this one is not on it.
  bool join(const std::string& connection, bool can_be_shared);
  void leave(const std::string& connection);

 private:
  std::unordered_map<std::string, int> requests_;
};

}  // namespace xget::net
