// Whose turn it is of those that want the same content.
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/job_queue.hpp"

using namespace xget;
using engine::JobQueue;

namespace {

// What became of each task, seen and steered from outside.
struct Fate {
  bool ended = false;
  bool left_original = false;
  bool interrupted = false;
  bool multiplexed = false;
};

class SteeredTask final : public engine::Task {
 public:
  explicit SteeredTask(Fate& fate) : fate_(fate) {}
  void on_time(Instant) override {}
  [[nodiscard]] std::optional<Instant> next_deadline() const override { return std::nullopt; }
  void interrupt() override { fate_.interrupted = fate_.ended = true; }
  [[nodiscard]] bool ended() const override { return fate_.ended; }
  [[nodiscard]] Progress progress(Instant) override { return {}; }
  [[nodiscard]] bool multiplexed() const override { return fate_.multiplexed; }
  [[nodiscard]] bool left_original() const override { return fate_.left_original; }

 private:
  Fate& fate_;
};

struct Turns {
  JobQueue queue;
  std::map<JobId, Fate> fates;
  std::vector<JobId> begun;

  explicit Turns(std::optional<int> at_once = std::nullopt, int at_host = 64)
      : queue(at_once, at_host) {}

  void add(JobId id, const std::string& content, bool can_be_made = true) {
    queue.add({.id = id, .host = "h", .content = content, .make = [this, id, can_be_made] {
                 begun.push_back(id);
                 return can_be_made ? std::make_unique<SteeredTask>(fates[id]) : nullptr;
               }});
  }
  void end(JobId id, bool left_original) {
    fates[id].ended = true;
    fates[id].left_original = left_original;
    turn();
  }
  void turn() {
    queue.on_time({});
    queue.on_time({});
  }
};

using Ids = std::vector<JobId>;

}  // namespace

TEST_CASE("of one content the first goes, and the others once it has left an original") {
  Turns turns;
  for (const JobId id : {1, 2, 3}) turns.add(id, "x");
  turns.add(4, "y");
  turns.add(5, "");
  turns.add(6, "");
  turns.turn();
  CHECK(turns.begun == Ids{1, 4, 5, 6});
  CHECK_FALSE(turns.queue.next_deadline());
  turns.end(1, true);
  CHECK(turns.begun == Ids{1, 4, 5, 6, 2, 3});
}

TEST_CASE("when the first leaves nothing the next one goes, alone") {
  Turns turns;
  for (const JobId id : {1, 2, 3, 4}) turns.add(id, "x");
  turns.turn();
  turns.end(1, false);
  CHECK(turns.begun == Ids{1, 2});
  turns.end(2, true);
  CHECK(turns.begun == Ids{1, 2, 3, 4});
  turns.end(3, false);
  turns.add(5, "x");
  turns.turn();
  CHECK(turns.begun == Ids{1, 2, 3, 4});
  turns.end(4, true);
  CHECK(turns.begun == Ids{1, 2, 3, 4, 5});
  turns.end(5, true);
  CHECK(turns.queue.empty());
}

TEST_CASE("those that are held take no place, and those that go then go first") {
  Turns turns(1);
  turns.add(1, "x");
  turns.add(2, "x");
  turns.add(3, "y");
  turns.add(4, "y");
  turns.turn();
  turns.end(1, true);
  CHECK(turns.begun == Ids{1, 2});
  turns.end(2, true);
  CHECK(turns.begun == Ids{1, 2, 3});
}

TEST_CASE("one that could not be made keeps nobody waiting") {
  Turns turns;
  turns.add(1, "x", false);
  turns.add(2, "x", false);
  turns.add(3, "x");
  turns.turn();
  CHECK(turns.begun == Ids{1, 2, 3});
}

TEST_CASE("a held one is cancelled at once, and the others wait on") {
  Turns turns;
  for (const JobId id : {1, 2, 3}) turns.add(id, "x");
  turns.turn();
  turns.queue.cancel(2);
  CHECK(turns.begun == Ids{1, 2});
  CHECK(turns.fates[2].interrupted);
  turns.turn();
  CHECK(turns.begun == Ids{1, 2});
  turns.end(1, false);
  CHECK(turns.begun == Ids{1, 2, 3});
}

TEST_CASE("an interrupt ends those that are held too") {
  Turns turns;
  for (const JobId id : {1, 2, 3}) turns.add(id, "x");
  turns.turn();
  turns.queue.interrupt();
  turns.add(4, "x");
  turns.turn();
  CHECK(turns.begun == Ids{1, 2, 3, 4});
  for (const auto& [id, fate] : turns.fates) CHECK(fate.interrupted);
  CHECK(turns.queue.empty());
}

TEST_CASE(
    "twice as many jobs ask a host where they share a connection, once one of them was told so") {
  Turns turns;
  for (JobId id = 1; id <= 200; ++id) turns.add(id, "");
  turns.turn();
  CHECK(turns.begun.size() == 64);
  turns.fates[7].multiplexed = true;
  turns.turn();
  CHECK(turns.begun.size() == 128);
  turns.end(7, false);  // nobody knows any more
  CHECK(turns.begun.size() == 128);
}

TEST_CASE("a number of jobs that was given holds where they share a connection too") {
  Turns turns(10);
  for (JobId id = 1; id <= 200; ++id) turns.add(id, "");
  turns.turn();
  turns.fates[7].multiplexed = true;
  turns.turn();
  CHECK(turns.begun.size() == 10);
}

TEST_CASE("a host's own limit of connections holds for the requests that share them") {
  Turns turns(std::nullopt, 8);
  for (JobId id = 1; id <= 200; ++id) turns.add(id, "");
  turns.turn();
  turns.fates[7].multiplexed = true;
  turns.turn();
  CHECK(turns.begun.size() == 8);
}
