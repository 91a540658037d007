#include "core/connection_budget.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {

ConnectionBudget::Member ConnectionBudget::join(const std::string& host) {
  const Member member = ++last_;
  wishes_[member] = {host, 1};
  count(of_hosts_[host], 1, 1);
  count(all_, 1, 1);
  return member;
}

void ConnectionBudget::leave(Member member) {
  const auto it = wishes_.find(member);
  const Wish& wish = it->second;
  const auto host = of_hosts_.find(wish.host);
  count(host->second, wish.wanted, -1);
  count(all_, wish.wanted, -1);
  if (host->second.members_wanting.empty()) of_hosts_.erase(host);
  wishes_.erase(it);
}

int ConnectionBudget::share(Member member, int wanted) {
  Wish& wish = wishes_.at(member);
  Wishes& of_host = of_hosts_.at(wish.host);
  if (wanted != wish.wanted) {
    for (Wishes* wishes : {&of_host, &all_}) {
      count(*wishes, wish.wanted, -1);
      count(*wishes, wanted, 1);
    }
    wish.wanted = wanted;
  }
  return std::min({wanted, level_of(of_host, per_host_.at(wish.host)), level_of(all_, in_all_)});
}

void ConnectionBudget::count(Wishes& wishes, int wanted, int members) {
  const auto it = wishes.members_wanting.try_emplace(wanted, 0).first;
  it->second += members;
  if (it->second == 0) wishes.members_wanting.erase(it);
  wishes.level = 0;
}

// Who wants least is served first, and what they leave is the others'.
int ConnectionBudget::level_of(Wishes& wishes, int limit) {
  if (wishes.level != 0) return wishes.level;
  int left = limit;
  int members = 0;
  for (const auto& [wanted, wanting] : wishes.members_wanting) members += wanting;
  wishes.level = limit;
  for (const auto& [wanted, wanting] : wishes.members_wanting) {
    if (wanted > left / members) {
      wishes.level = left / members;
      break;
    }
    left -= wanted * wanting;
    members -= wanting;
  }
  return wishes.level = std::max(1, wishes.level);
}

SharedConnections::SharedConnections(std::unique_ptr<ConnectionPolicy> wanted,
                                     ConnectionBudget& budget, const std::string& host)
    : wanted_(std::move(wanted)), budget_(budget), member_(budget.join(host)) {}

SharedConnections::~SharedConnections() { budget_.leave(member_); }

int SharedConnections::target(Instant now) const {
  return budget_.share(member_, wanted_->target(now));
}

int SharedConnections::soon(Instant now) const {
  const int share = target(now);
  return share < wanted_->target(now) ? share : wanted_->soon(now);
}

void SharedConnections::on_refusal(int active, Duration wait, Instant now) {
  wanted_->on_refusal(active, wait, now);
}

void SharedConnections::on_answer(int active, Duration round_trip, Instant now) {
  wanted_->on_answer(active, round_trip, now);
}

void SharedConnections::on_bytes(std::uint64_t bytes, int active, Instant now) {
  wanted_->on_bytes(bytes, active, now);
}

void SharedConnections::on_path(bool lost, const PathFacts& facts, Instant now) {
  wanted_->on_path(lost, facts, now);
}

void SharedConnections::on_disturbance(Instant now) { wanted_->on_disturbance(now); }

const char* SharedConnections::stage() const { return wanted_->stage(); }

}  // namespace xget::core
