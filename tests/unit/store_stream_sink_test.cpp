#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "store/stream_sink.hpp"
#include "store/worker_thread.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::StreamSink;

namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe(ends) == 0);
  }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  // What is there now.
  std::string read_available() {
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    std::string all;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
};

std::unique_ptr<StreamSink> sink_on(int descriptor, core::Worker& worker,
                                    std::optional<ExpectedDigest> digest = {},
                                    std::uint64_t window = StreamSink::kDefaultWindow) {
  auto sink = StreamSink::create(descriptor, worker, std::move(digest), window);
  REQUIRE(sink);
  return std::move(*sink);
}

std::string sha256(std::string_view text) {
  auto digester = Digester::create(DigestAlgorithm::Sha256);
  digester->update(bytes_of(text));
  return digester->finish_hex();
}

}  // namespace

TEST_CASE("bytes leave in order however they came") {
  Pipe pipe;
  ManualWorker worker;
  auto sink = sink_on(pipe.ends[1], worker);
  REQUIRE(sink->write(5, bytes_of("world")));
  CHECK(worker.waiting() == 0);
  REQUIRE(sink->write(0, bytes_of("hell")));
  worker.run_one();
  CHECK(pipe.read_available() == "hell");
  REQUIRE(sink->write(4, bytes_of("o")));
  worker.run_one();
  CHECK(pipe.read_available() == "oworld");
  CHECK(sink->front() == 10);
  Outcome finished;
  sink->finish(10, finished.record());
  CHECK_FALSE(finished.result);
  while (worker.run_one()) {
  }
  CHECK(finished.ok());
}

TEST_CASE("the window moves with the front and tells when it does") {
  Pipe pipe;
  ManualWorker worker;
  constexpr std::uint64_t kWindow = 2 * StreamSink::kBlockBytes;
  auto sink = sink_on(pipe.ends[1], worker, {}, kWindow);
  int grown = 0;
  sink->on_room([&] { ++grown; });
  CHECK(sink->window_end() == kWindow);
  REQUIRE(sink->write(kWindow - 3, bytes_of("end")));
  CHECK(sink->window_end() == kWindow);
  REQUIRE(sink->write(0, bytes_of("front")));
  CHECK(grown == 0);
  worker.run_one();
  CHECK(grown == 1);
  CHECK(sink->window_end() == kWindow + 5);
}

TEST_CASE("much data in two interleaved streams comes out whole, with a real thread") {
  Pipe pipe;
  const std::string bytes = content(3U << 20);
  std::string read;
  std::thread reader([&] {
    char buffer[65536];
    for (ssize_t got = 0; (got = ::read(pipe.ends[0], buffer, sizeof buffer)) > 0;) {
      read.append(buffer, static_cast<std::size_t>(got));
      if (read.size() == bytes.size()) return;
    }
  });
  store::WorkerThread worker([] {});
  auto sink = sink_on(pipe.ends[1], worker, ExpectedDigest{DigestAlgorithm::Sha256, sha256(bytes)},
                      1U << 20);
  constexpr std::uint64_t kChunk = 100'003;
  std::uint64_t ahead = 300'000;
  std::uint64_t behind = 0;
  Outcome finished;
  const auto write = [&](std::uint64_t& at, std::uint64_t end) {
    const std::uint64_t to = std::min({at + kChunk, end, sink->window_end()});
    if (to <= at) return;
    REQUIRE(sink->write(at, bytes_of(bytes).subspan(at, to - at)));
    at = to;
  };
  while (behind < 300'000 || ahead < bytes.size()) {
    write(ahead, bytes.size());
    write(behind, 300'000);
    worker.run_completions();
  }
  sink->finish(bytes.size(), finished.record());
  while (!finished.result) worker.run_completions();
  reader.join();
  CHECK(finished.ok());
  CHECK(read == bytes);
}

TEST_CASE("a digest that does not match what left is told at the end") {
  Pipe pipe;
  ManualWorker worker;
  auto sink =
      sink_on(pipe.ends[1], worker, ExpectedDigest{DigestAlgorithm::Sha256, sha256("other")});
  REQUIRE(sink->write(0, bytes_of("bytes")));
  Outcome finished;
  sink->finish(5, finished.record());
  while (worker.run_one()) {
  }
  CHECK(finished.code() == ErrorCode::Checksum);
}

TEST_CASE("a reader that is gone ends it, and whoever waits for room hears of it") {
  Pipe pipe;
  pipe.close_reader();
  ManualWorker worker;
  auto sink = sink_on(pipe.ends[1], worker);
  int grown = 0;
  sink->on_room([&] { ++grown; });
  REQUIRE(sink->write(0, bytes_of("bytes")));
  worker.run_one();
  CHECK(grown == 1);
  CHECK(sink->window_end() == kUnknownEnd);
  auto refused = sink->write(5, bytes_of("more"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Disk);
  CHECK(refused.error().number == EPIPE);
  CHECK(refused.error().cause == "standard output is closed");
  Outcome finished;
  sink->finish(9, finished.record());
  while (worker.run_one()) {
  }
  CHECK(finished.code() == ErrorCode::Disk);
}

TEST_CASE("a reader that sleeps does not hold up the end of the sink") {
  Pipe pipe;
  store::WorkerThread worker([] {});
  {
    auto sink = sink_on(pipe.ends[1], worker);
    const std::string bytes = content(1U << 20);
    REQUIRE(sink->write(0, bytes_of(bytes)));
  }
  while (!worker.idle()) worker.run_completions();
  CHECK(pipe.read_available().size() < (1U << 20));
}

TEST_CASE("a socket is written without blocking or a signal") {
  int ends[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  ManualWorker worker;
  auto sink = sink_on(ends[1], worker);
  REQUIRE(sink->write(0, bytes_of("bytes")));
  worker.run_one();
  char buffer[8] = {};
  CHECK(::read(ends[0], buffer, sizeof buffer) == 5);
  ::close(ends[0]);
  REQUIRE(sink->write(5, bytes_of("more")));
  worker.run_one();
  CHECK_FALSE(sink->write(9, bytes_of("x")));
  ::close(ends[1]);
}

TEST_CASE("bytes that wait can be forgotten and written again") {
  Pipe pipe;
  ManualWorker worker;
  auto sink = sink_on(pipe.ends[1], worker);
  REQUIRE(sink->write(3, bytes_of("BAD")));
  sink->forget({3, 6});
  REQUIRE(sink->write(0, bytes_of("abc")));
  worker.run_one();
  CHECK(pipe.read_available() == "abc");
  REQUIRE(sink->write(3, bytes_of("def")));
  worker.run_one();
  CHECK(pipe.read_available() == "def");
}
