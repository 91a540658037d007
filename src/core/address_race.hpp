// AddressRace: one request goes to the addresses of a host, one after the other and a short while
// apart, until one of them answers (RFC 8305, "happy eyeballs").
// Pure: the caller makes and cancels the requests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports.hpp"

namespace xget::core {

class AddressRace {
 public:
  // A single attempt where there is no choice of address: behind a proxy.
  AddressRace() : AddressRace({""}, Duration::zero()) {}
  // In this order, not empty, and so far apart.
  AddressRace(std::vector<std::string> addresses, Duration interval)
      : addresses_(std::move(addresses)), interval_(interval) {}

  // ---- attempts: their requests are the caller's to start -----------------------------------

  [[nodiscard]] bool any_left() const { return next_ < addresses_.size(); }
  // The address to ask now. The one after it follows at next_start(), or when this one fails.
  const std::string& take_next(Instant now);
  [[nodiscard]] std::optional<Instant> next_start() const { return next_start_; }
  void started(RequestId request, std::string address);
  [[nodiscard]] const std::map<RequestId, std::string>& running() const { return running_; }

  // ---- ends ---------------------------------------------------------------------------------

  // It has answered: no further attempt begins. The others, now to be cancelled, are returned.
  std::vector<RequestId> won_by(RequestId request);
  void lost(RequestId request, TransferEnd end);
  // Of all lost attempts the one that says most: an address that shows a wrong certificate says
  // more than one that does not answer.
  [[nodiscard]] const TransferEnd& verdict() const { return verdict_; }
  void clear();  // nothing runs any more

 private:
  std::vector<std::string> addresses_;
  Duration interval_;
  std::size_t next_ = 0;
  std::optional<Instant> next_start_;
  std::map<RequestId, std::string> running_;
  TransferEnd verdict_;
};

}  // namespace xget::core
