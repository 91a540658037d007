#include "core/address_race.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace xget::core {
namespace {

constexpr Duration kInterval = std::chrono::milliseconds(250);  // RFC 8305 section 5
constexpr std::size_t kMostAddresses = 16;

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

// RFC 8305 section 4: the families take turns, the first one's family first.
std::vector<std::string> interleave_families(const std::vector<std::string>& addresses) {
  std::array<std::vector<std::string>, 2> families;
  for (const std::string& address : addresses) {
    families[is_v6(address) == is_v6(addresses.front()) ? 0 : 1].push_back(address);
  }
  std::vector<std::string> turns;
  for (std::size_t i = 0; i < addresses.size() && turns.size() < kMostAddresses; ++i) {
    for (const auto& family : families) {
      if (i < family.size()) turns.push_back(family[i]);
    }
  }
  return turns;
}

int weight(TransferStatus status) {
  switch (status) {
    case TransferStatus::Unusable:
    case TransferStatus::CertificateBad:
    case TransferStatus::WrongKey: return 3;
    case TransferStatus::TlsFailed:
    case TransferStatus::Broken:
    case TransferStatus::CutShort: return 2;
    default: return 1;
  }
}

}  // namespace

AddressRace::AddressRace(const std::vector<std::string>& addresses, std::size_t turn)
    : addresses_(interleave_families(addresses)) {
  const auto first = static_cast<std::ptrdiff_t>(turn % addresses_.size());
  std::rotate(addresses_.begin(), addresses_.begin() + first, addresses_.end());
}

const std::string& AddressRace::take_next(Instant now) {
  const std::string& address = addresses_[next_++];
  next_start_.reset();
  if (any_left()) next_start_ = now + kInterval;
  return address;
}

void AddressRace::started(RequestId request, std::string address) {
  running_.emplace(request, std::move(address));
}

std::vector<RequestId> AddressRace::won_by(RequestId request) {
  std::vector<RequestId> others;
  for (const auto& [id, address] : running_) {
    if (id != request) others.push_back(id);
  }
  for (const RequestId other : others) running_.erase(other);
  next_ = addresses_.size();
  next_start_.reset();
  return others;
}

void AddressRace::lost(RequestId request, TransferEnd end) {
  running_.erase(request);
  if (weight(end.status) >= weight(verdict_.status)) verdict_ = std::move(end);
}

void AddressRace::clear() {
  running_.clear();
  next_ = addresses_.size();
  next_start_.reset();
}

}  // namespace xget::core
