// ConnectionBudget: the connections that jobs share. Those to one host are bounded over all jobs,
// and so are all there are together. What the jobs want is divided such that none has more than
// another that wants more than it has (max-min fairness), and each has one at least: how many jobs
// there are is bounded elsewhere.
//
// SharedConnections: a job's policy within such a budget.
//
// Pure. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/connection_policy.hpp"
#include "core/per_host.hpp"

namespace xget::core {

class ConnectionBudget {
 public:
  using Member = std::uint64_t;

  ConnectionBudget(PerHost<int> per_host, int in_all)
      : per_host_(std::move(per_host)), in_all_(in_all) {}

  Member join(const std::string& host);
  void leave(Member member);

  // What of `wanted` connections (at least 1) this member may have now. It counts as wanting so
  // many until it asks again.
  int share(Member member, int wanted);

 private:
  struct Wish {
    std::string host;
    int wanted = 1;
  };
  // The wishes that one limit is for.
  struct Wishes {
    std::map<int, int> members_wanting;  // by the number that they want
    int level = 0;                       // no member has more; 0: to be worked out
  };
  static void count(Wishes& wishes, int wanted, int members);
  static int level_of(Wishes& wishes, int limit);

  PerHost<int> per_host_;
  int in_all_;
  Member last_ = 0;
  std::map<Member, Wish> wishes_;
  std::map<std::string, Wishes> of_hosts_;
  Wishes all_;
};

class SharedConnections final : public ConnectionPolicy {
 public:
  // The budget must outlive it.
  SharedConnections(std::unique_ptr<ConnectionPolicy> wanted, ConnectionBudget& budget,
                    const std::string& host);
  ~SharedConnections() override;
  SharedConnections(const SharedConnections&) = delete;
  SharedConnections& operator=(const SharedConnections&) = delete;

  [[nodiscard]] int target(Instant now) const override;
  [[nodiscard]] int soon(Instant now) const override;
  void on_refusal(int active, Duration wait, Instant now) override;
  void on_answer(int active, Duration round_trip, Instant now) override;
  void on_bytes(std::uint64_t bytes, int active, Instant now) override;
  void on_path(bool lost, const PathFacts& facts, Instant now) override;
  void on_disturbance(Instant now) override;
  [[nodiscard]] const char* stage() const override;

 private:
  const std::unique_ptr<ConnectionPolicy> wanted_;
  ConnectionBudget& budget_;
  const ConnectionBudget::Member member_;
};

}  // namespace xget::core
