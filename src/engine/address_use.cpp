#include "engine/address_use.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::engine {
namespace {

// A shorter time shows bursts: what waited in a buffer comes at once.
constexpr Duration kTimeThatCounts = std::chrono::milliseconds(500);

// RFC 9112 section 9.3: persistence is what HTTP/1.1 does unless it says otherwise.
bool closes_connection(const core::ResponseHead& head) {
  const auto options = head.find_all("Connection");
  const auto says = [&options](std::string_view word) {
    return std::any_of(options.begin(), options.end(), [word](std::string_view option) {
      return lower_case(option).find(word) != std::string::npos;
    });
  };
  return says("close") || (head.http_version == 10 && !says("keep-alive"));
}

void log_rest(const std::string& host, const std::string& address, const char* why,
              Duration length) {
  if (!log::enabled(log::Level::Debug)) return;
  log::debug(address + " of " + host + " " + why + ": it is left for " + format_duration(length));
}

}  // namespace

void AddressUse::look_up_again() {
  for (auto& [host, addresses] : hosts_) addresses.unsettle();
}

void AddressUse::started(core::RequestId request, const std::string& host,
                         const std::string& address, Instant now) {
  if (address.empty()) return;
  hosts_[host].started(address);
  uses_[request] = {.host = host, .address = address, .started = now};
}

void AddressUse::answered(core::RequestId request, const core::ResponseHead& head, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end()) return;
  Use& use = it->second;
  use.answered = true;
  use.closes = closes_connection(head);
  use.counted_at = now;
  addresses_of(use).answered(use.address, now - use.started);
}

void AddressUse::served(core::RequestId request, const core::Representation& representation) {
  const auto it = uses_.find(request);
  if (it != uses_.end()) addresses_of(it->second).served(it->second.address, representation);
}

bool AddressUse::has_served(core::RequestId request) const {
  const auto it = uses_.find(request);
  return it != uses_.end() && hosts_.at(it->second.host).has_served(it->second.address);
}

std::vector<std::string> AddressUse::second_opinion(core::RequestId request,
                                                    core::FailureKind answer,
                                                    const core::Representation* expected) const {
  const auto it = uses_.find(request);
  if (it == uses_.end()) return {};
  return hosts_.at(it->second.host).second_opinion(it->second.address, answer, expected);
}

// ---- how fast -----------------------------------------------------------------------------

void AddressUse::delivered(core::RequestId request, std::uint64_t bytes, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end() || !it->second.answered || it->second.paused) return;
  Use& use = it->second;
  const Duration time = now - use.counted_at;
  if (time < kTimeThatCounts) return;
  const std::uint64_t came = bytes - use.counted;
  use.counted_at = now;
  use.counted = bytes;
  if (const auto rest = addresses_of(use).delivered(use.address, came, time, now)) {
    log_rest(use.host, use.address, "is far slower than the others", *rest);
  }
}

void AddressUse::paused(core::RequestId request, std::uint64_t bytes, Instant now) {
  delivered(request, bytes, now);
  const auto it = uses_.find(request);
  if (it == uses_.end()) return;
  it->second.paused = true;
  it->second.counted = bytes;
}

void AddressUse::resumed(core::RequestId request, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end() || !it->second.paused) return;
  it->second.paused = false;
  it->second.counted_at = now;
}

// ---- ends ---------------------------------------------------------------------------------

void AddressUse::failed(core::RequestId request, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end()) return;
  Use& use = it->second;
  use.blamed = true;
  log_rest(use.host, use.address, "has failed",
           addresses_of(use).failed(use.address, use.answered, now));
}

void AddressUse::outpaced(core::RequestId request, core::RequestId by, Instant now) {
  const auto loser = uses_.find(request);
  const auto winner = uses_.find(by);
  if (loser == uses_.end() || winner == uses_.end()) return;
  if (winner->second.started > loser->second.started) failed(request, now);
}

void AddressUse::believed(core::RequestId request, core::FailureKind answer, Instant now) {
  if (!core::Addresses::shows_change(answer)) failed(request, now);
}

void AddressUse::doubted(core::RequestId request, core::FailureKind answer, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end()) return;
  Use& use = it->second;
  use.blamed = true;
  log_rest(use.host, use.address, "is not believed",
           addresses_of(use).doubted(use.address, answer, use.answered, now));
}

void AddressUse::ended(core::RequestId request, const core::TransferEnd& end, Instant now) {
  const auto it = uses_.find(request);
  if (it == uses_.end()) return;
  const bool whole = end.status == core::TransferStatus::Ok && !it->second.blamed;
  const bool kept = whole && end.length_known && !it->second.closes;
  finish(it,
         kept    ? core::RequestEnd::Kept
         : whole ? core::RequestEnd::Closed
                 : core::RequestEnd::Lost,
         now);
}

void AddressUse::cancelled(core::RequestId request, Instant now) {
  const auto it = uses_.find(request);
  if (it != uses_.end()) finish(it, core::RequestEnd::Lost, now);
}

void AddressUse::finish(Uses::iterator it, core::RequestEnd how, Instant now) {
  const Use& use = it->second;
  addresses_of(use).ended(use.address, use.answered, how, now);
  uses_.erase(it);
}

}  // namespace xget::engine
