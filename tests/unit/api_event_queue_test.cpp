// EventQueue: what a caller hears, in which order, and when it is over.
#include <catch2/catch.hpp>
#include <thread>

#include "api/event_queue.hpp"

using namespace xget;
using api::EventQueue;

namespace {

Progress progress(JobId job, std::uint64_t held) { return {.job = job, .held = held}; }

// What can be read without waiting, as letters: p and the job's held bytes, n, f.
std::string read(EventQueue& queue, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const auto event = queue.pop();
    REQUIRE(event.has_value());
    if (const auto* p = std::get_if<Progress>(&*event)) text += "p" + std::to_string(p->held);
    if (std::holds_alternative<Note>(*event)) text += "n";
    if (std::holds_alternative<Finished>(*event)) text += "f";
    if (std::holds_alternative<Failed>(*event)) text += "x";
  }
  return text;
}

}  // namespace

TEST_CASE("a queue without jobs has ended") { CHECK_FALSE(EventQueue().pop().has_value()); }

TEST_CASE("events come in the order they were told") {
  EventQueue queue;
  queue.add_job();
  queue.push(Note{.job = 1, .text = "a"});
  queue.push(progress(1, 5));
  queue.push(Note{.job = 1, .text = "b"});
  queue.push(Finished{.job = 1});
  CHECK(read(queue, 4) == "np5nf");
}

TEST_CASE("a reader who waits hears of what was added once readers are told") {
  EventQueue queue;
  queue.add_job();
  std::thread writer([&] {
    queue.add(Note{.job = 1, .text = "a"});
    queue.add(Finished{.job = 1});
    queue.tell_readers();
  });
  CHECK(read(queue, 2) == "nf");
  writer.join();
}

TEST_CASE("of a job's unread progress only the newest is kept, and no other event is lost") {
  EventQueue queue;
  queue.add_job();
  for (std::uint64_t held = 1; held <= 1000; ++held) queue.push(progress(1, held));
  queue.push(Note{.job = 1, .text = "a"});
  for (std::uint64_t held = 1001; held <= 2000; ++held) queue.push(progress(1, held));
  queue.push(Failed{.job = 1});
  CHECK(read(queue, 3) == "np2000x");
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("of a job's unread retries only the newest is kept, whatever was told in between") {
  EventQueue queue;
  queue.add_job();
  for (int i = 0; i < 1000; ++i) {
    queue.push(Retrying{.job = 1, .cause = std::to_string(i)});
    queue.push(progress(1, static_cast<std::uint64_t>(i)));
  }
  const auto retrying = queue.pop();
  REQUIRE(retrying.has_value());
  REQUIRE(std::holds_alternative<Retrying>(*retrying));
  CHECK(std::get<Retrying>(*retrying).cause == "999");
  CHECK(read(queue, 1) == "p999");
}

TEST_CASE("one job's progress does not replace another's") {
  EventQueue queue;
  queue.add_job();
  queue.push(progress(1, 10));
  queue.push(progress(2, 20));
  queue.push(progress(1, 11));
  CHECK(read(queue, 2) == "p20p11");
}

TEST_CASE("the end comes once every job has ended and all was read, and stays") {
  EventQueue queue;
  queue.add_job();
  queue.add_job();
  queue.push(Finished{.job = 1});
  queue.push(Failed{.job = 2});
  CHECK(read(queue, 2) == "fx");
  CHECK_FALSE(queue.pop().has_value());
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("a job that is added after the end begins again") {
  EventQueue queue;
  queue.add_job();
  queue.push(Finished{.job = 1});
  CHECK(read(queue, 1) == "f");
  REQUIRE_FALSE(queue.pop().has_value());
  queue.add_job();
  queue.push(Finished{.job = 2});
  CHECK(read(queue, 1) == "f");
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("a wait that is bounded ends with an event, the end or its time") {
  EventQueue queue;
  CHECK(queue.done());
  CHECK_FALSE(queue.pop(Milliseconds::max()).has_value());
  queue.add_job();
  CHECK_FALSE(queue.done());
  CHECK_FALSE(queue.pop(Milliseconds{0}).has_value());
  CHECK_FALSE(queue.pop(Milliseconds{20}).has_value());
  CHECK_FALSE(queue.done());
  queue.push(Finished{.job = 1});
  CHECK_FALSE(queue.done());
  CHECK(queue.pop(Milliseconds{0}).has_value());
  CHECK(queue.done());
}

TEST_CASE("who waits for an event hears it from another thread") {
  EventQueue queue;
  queue.add_job();
  std::thread teller([&] {
    queue.push(Note{.job = 1, .text = "a"});
    queue.push(Finished{.job = 1});
  });
  CHECK(read(queue, 2) == "nf");
  CHECK_FALSE(queue.pop().has_value());
  teller.join();
}
