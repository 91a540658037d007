// FamilyAnswers: what the name servers say of one host, asked for each family by itself. A family
// whose answer does not come (some name servers ignore questions for IPv6) holds the other one up
// for a moment only (RFC 8305 section 3).
// Thread: loop; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "xget/options.hpp"

namespace xget::net {

class FamilyAnswers {
 public:
  using Addresses = std::vector<std::string>;
  static constexpr Duration kPatience = std::chrono::milliseconds(50);  // RFC 8305 section 8

  explicit FamilyAnswers(AddressFamily allowed);

  // Those to ask for.
  [[nodiscard]] const std::vector<AddressFamily>& families() const { return families_; }

  // `status` is c-ares'; ARES_SUCCESS may come with no address at all.
  void take(AddressFamily family, int status, Addresses addresses, Instant now);

  // Every family has been answered.
  [[nodiscard]] bool complete() const { return answered_ == families_.size(); }
  // When what is there is to be told without the rest; nullopt: as long as nothing is.
  [[nodiscard]] std::optional<Instant> told_by() const { return told_by_; }
  // IPv6 goes first where `ipv6_first`; within a family as they came.
  [[nodiscard]] Addresses addresses(bool ipv6_first) const;
  // Of the IPv6 ones; empty: none.
  [[nodiscard]] const Addresses& ipv6() const { return ipv6_; }
  // Where there is no address: the status that says most.
  [[nodiscard]] int failure() const { return failure_; }

 private:
  std::vector<AddressFamily> families_;
  std::size_t answered_ = 0;
  Addresses ipv4_;
  Addresses ipv6_;
  std::optional<Instant> told_by_;
  int failure_;
};

}  // namespace xget::net
