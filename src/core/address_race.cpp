#include "core/address_race.hpp"

#include <utility>

namespace xget::core {
namespace {

int weight(TransferStatus status) {
  switch (status) {
    case TransferStatus::BodyFailed:
    case TransferStatus::Unusable:
    case TransferStatus::CertificateBad:
    case TransferStatus::WrongKey: return 3;
    case TransferStatus::TlsFailed:
    case TransferStatus::Broken:
    case TransferStatus::BadResponse:
    case TransferStatus::CutShort: return 2;
    default: return 1;
  }
}

}  // namespace

const std::string& AddressRace::take_next(Instant now) {
  const std::string& address = addresses_[next_++];
  next_start_.reset();
  if (any_left()) next_start_ = now + interval_;
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
