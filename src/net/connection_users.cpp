#include "net/connection_users.hpp"

namespace xget::net {

bool ConnectionUsers::join(const std::string& connection, bool can_be_shared) {
  int& requests = requests_[connection];
  if (requests > 0 && !can_be_shared) return false;
  ++requests;
  return true;
}

void ConnectionUsers::leave(const std::string& connection) {
  const auto it = requests_.find(connection);
  if (it != requests_.end() && --it->second == 0) requests_.erase(it);
}

}  // namespace xget::net
