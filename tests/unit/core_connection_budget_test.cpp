#include <catch2/catch.hpp>

#include "base/time.hpp"
#include "core/connection_budget.hpp"

using namespace xget;
using core::ConnectionBudget;

TEST_CASE("a job alone has what it wants up to the host's limit") {
  ConnectionBudget budget(64, 256);
  const auto job = budget.join("a");
  CHECK(budget.share(job, 8) == 8);
  CHECK(budget.share(job, 100) == 64);
}

TEST_CASE("jobs that want many share evenly what those who want few leave") {
  ConnectionBudget budget(20, 256);
  const auto few = budget.join("a");
  const auto many = budget.join("a");
  const auto more = budget.join("a");
  budget.share(few, 2);
  budget.share(many, 30);
  budget.share(more, 10);
  CHECK(budget.share(few, 2) == 2);
  CHECK(budget.share(many, 30) == 9);
  CHECK(budget.share(more, 10) == 9);
}

TEST_CASE("each job has one connection however many there are") {
  ConnectionBudget budget(2, 4);
  std::vector<ConnectionBudget::Member> jobs;
  for (int i = 0; i < 5; ++i) jobs.push_back(budget.join("a"));
  for (const auto job : jobs) budget.share(job, 5);
  for (const auto job : jobs) CHECK(budget.share(job, 5) == 1);
}

TEST_CASE("hosts have limits of their own within that of all") {
  ConnectionBudget budget(10, 15);
  const auto a = budget.join("a");
  const auto b = budget.join("b");
  CHECK(budget.share(a, 10) == 10);
  budget.share(b, 10);
  CHECK(budget.share(a, 10) == 7);
  CHECK(budget.share(b, 10) == 7);
}

TEST_CASE("what a job had is the others' once it has left") {
  ConnectionBudget budget(10, 256);
  const auto stays = budget.join("a");
  const auto leaves = budget.join("a");
  budget.share(leaves, 10);
  CHECK(budget.share(stays, 10) == 5);
  budget.leave(leaves);
  CHECK(budget.share(stays, 10) == 10);
}

TEST_CASE("a policy within a budget gives way when another wants as much") {
  ConnectionBudget budget(8, 256);
  const Instant now{};
  auto first = std::make_unique<core::SharedConnections>(
      std::make_unique<core::FixedConnections>(8), budget, "a");
  CHECK(first->target(now) == 8);
  const core::SharedConnections second(std::make_unique<core::FixedConnections>(6), budget, "a");
  CHECK(second.target(now) == 4);
  CHECK(first->target(now) == 4);
  first.reset();
  CHECK(second.target(now) == 6);
}
