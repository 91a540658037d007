#include "net/family_answers.hpp"

#include <ares.h>

#include <utility>

namespace xget::net {
namespace {

// Some name servers deny a host when they are asked for a family that it has no address of: where
// the other family's question failed, that is what says why.
int weight(int status) {
  switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA: return 0;
    case ARES_ENOTFOUND: return 1;
    default: return 2;
  }
}

}  // namespace

FamilyAnswers::FamilyAnswers(AddressFamily allowed) : failure_(ARES_ENODATA) {
  if (allowed != AddressFamily::IPv6) families_.push_back(AddressFamily::IPv4);
  if (allowed != AddressFamily::IPv4) families_.push_back(AddressFamily::IPv6);
}

void FamilyAnswers::take(AddressFamily family, int status, Addresses addresses, Instant now) {
  ++answered_;
  if (status == ARES_SUCCESS && addresses.empty()) status = ARES_ENODATA;
  if (status != ARES_SUCCESS) {
    if (weight(status) > weight(failure_)) failure_ = status;
    return;
  }
  (family == AddressFamily::IPv6 ? ipv6_ : ipv4_) = std::move(addresses);
  if (!told_by_) told_by_ = complete() ? now : now + kPatience;
}

FamilyAnswers::Addresses FamilyAnswers::addresses(bool ipv6_first) const {
  Addresses all = ipv6_first ? ipv6_ : ipv4_;
  const Addresses& others = ipv6_first ? ipv4_ : ipv6_;
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace xget::net
