// A PartialSink that writes past the page cache: bytes are handed over, and written later.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/buffer_pool.hpp"
#include "store/worker_thread.hpp"
#include "store/write_behind.hpp"
#include "store_partial_fixture.hpp"

using namespace store_test;
using store::WriteBehind;

namespace {

constexpr std::uint64_t kBlock = engine::kSmallWrite;

// A sink that writes behind, and what is handed to it in aligned buffers.
struct Behind : Run {
  engine::BufferPool pool;

  explicit Behind(Place& at) : Run(at) {}

  PartialSettings settings(core::Worker* writer = nullptr) {
    PartialSettings settings;
    settings.direct_io = DirectIo::On;
    settings.writer = writer != nullptr ? writer : &workers.writing;
    return settings;
  }
  // With its first checkpoint done.
  void begin() {
    create(settings());
    workers.run_all();
  }
  Result<void> try_lend(std::uint64_t offset, std::string_view bytes) {
    const engine::BufferPool::Buffer buffer = pool.take();
    std::ranges::copy(bytes_of(bytes), buffer.get());
    return sink->write(offset, {{buffer.get(), bytes.size()}, buffer});
  }
  void lend(std::uint64_t begin, std::uint64_t end) {
    for (; begin < end; begin += kBlock) {
      const std::uint64_t length = std::min(kBlock, end - begin);
      REQUIRE(try_lend(begin, std::string_view(place.bytes).substr(begin, length)));
    }
  }
  void run_writer() {
    while (workers.writing.run_one()) {
    }
  }
};

}  // namespace

TEST_CASE("what is on its way to the disk is held, and is neither read nor claimed") {
  Place place;
  Behind run(place);
  run.begin();
  run.lend(0, kMiB);
  CHECK(run.sink->held() == RangeSet(ByteRange{0, kMiB}));
  CHECK(run.sink->readable().empty());
  CHECK(run.sink->undurable_bytes() == kMiB);
  CHECK_FALSE(run.script.happened("write_direct f.partial"));

  Outcome outcome;
  run.sink->checkpoint(outcome.record());
  CHECK(run.workers.disk.waiting() == 0);  // it comes after what was handed over before it
  run.run_writer();
  CHECK(run.sink->readable() == RangeSet(ByteRange{0, kMiB}));
  CHECK(run.claimed_on_disk().empty());
  run.workers.run_all();
  CHECK(outcome.ok());
  CHECK(run.claimed_on_disk() == RangeSet(ByteRange{0, kMiB}));
}

TEST_CASE("a file that was written past the page cache, in part or wholly, ends as it should") {
  Place place;
  {
    Behind run(place);
    run.begin();
    run.lend(0, kMiB);
    run.lend(2 * kMiB + 100, 3 * kMiB);  // where a segment was cut
    CHECK(run.checkpoint().ok());
  }
  Behind run(place);
  run.resume(run.settings());
  run.lend(kMiB, 2 * kMiB + 100);
  run.lend(3 * kMiB, kSize);
  CHECK(run.finish().ok());
  CHECK(run.bad.empty());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("what does not begin and end at pages goes by way of the page cache, in its turn") {
  Place place;
  Behind run(place);
  run.begin();
  run.lend(0, kBlock);
  run.lend(kBlock, kBlock + 10);
  CHECK_FALSE(run.script.happened("write f.partial"));
  run.run_writer();
  CHECK(run.script.position("write_direct f.partial") < run.script.position("write f.partial"));
  CHECK(run.script.happened("write f.partial"));
}

TEST_CASE("a write behind that fails ends the download, and what was written before is kept") {
  Place place;
  Behind run(place);
  run.begin();
  bool heard = false;
  run.sink->on_room([&] { heard = true; });
  run.lend(0, kBlock);
  run.run_writer();
  heard = false;
  run.lend(kBlock, 2 * kBlock);
  run.script.fail = "write_direct f.partial";
  run.run_writer();
  CHECK(heard);
  const auto next = run.try_lend(2 * kBlock, "more");
  REQUIRE_FALSE(next);
  CHECK(next.error().code == ErrorCode::Disk);
  CHECK(run.sink->held() == RangeSet(ByteRange{0, kBlock}));
  CHECK(run.checkpoint().ok());
  CHECK(run.claimed_on_disk() == RangeSet(ByteRange{0, kBlock}));
}

TEST_CASE("the last write behind may fail after all was handed over") {
  Place place;
  Behind run(place);
  run.begin();
  run.lend(0, kSize);
  run.script.fail = "write f.partial";  // the end, which is no whole page
  CHECK(run.finish().code() == ErrorCode::Disk);
  CHECK_FALSE(exists(place.file()));
}

TEST_CASE("a range that is forgotten on its way is written again, and what is right lands on top") {
  Place place;
  Behind run(place);
  run.begin();
  REQUIRE(run.try_lend(0, content(kBlock, 7)));
  run.sink->forget({0, kBlock});
  CHECK(run.sink->held().empty());
  run.lend(0, kSize);
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("it takes no more while enough is on its way, says when it does, and refuses nothing") {
  Place place;
  Behind run(place);
  run.begin();
  int heard = 0;
  run.sink->on_room([&] { ++heard; });
  run.lend(0, WriteBehind::kFullBytes - kBlock);
  CHECK(run.sink->takes_more());
  run.lend(WriteBehind::kFullBytes - kBlock, kSize);
  CHECK_FALSE(run.sink->takes_more());
  CHECK(heard == 0);
  run.run_writer();
  CHECK(run.sink->takes_more());
  CHECK(heard > 0);
}

TEST_CASE("a sink that goes leaves out what it had not begun to write") {
  Place place;
  Behind run(place);
  run.begin();
  run.lend(0, kMiB);
  run.sink->checkpoint([](const Result<void>&) { FAIL(); });
  run.sink.reset();
  run.workers.run_all();
  CHECK_FALSE(run.script.happened("write_direct f.partial"));
}

TEST_CASE("a sink that goes waits for the write that is under way") {
  Place place;
  Behind run(place);
  HeldUp write(run.script, "write_direct f.partial");
  store::WorkerThread writer([] {});
  run.create(run.settings(&writer));
  run.lend(0, kBlock);
  write.await();
  run.sink.reset();
  CHECK(write.ended());
}

TEST_CASE("bytes that are read back on the way are written by way of the page cache") {
  Place place;
  Behind run(place);
  PartialSettings settings = run.settings();
  settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, sha256(place.bytes)};
  run.create(settings);
  run.lend(0, kBlock);
  CHECK(run.script.happened("write f.partial"));
  CHECK(run.sink->alignment() == 1);
}

TEST_CASE("unasked, only a large file goes past the page cache, where that is fast") {
  struct Case {
    std::uint64_t memory;
    core::DirectWrites direct;
    DirectIo wish;
    bool past;
  };
  const Case one = GENERATE(Case{kSize, core::DirectWrites::Fast, DirectIo::Auto, true},
                            Case{kSize, core::DirectWrites::Slow, DirectIo::Auto, false},
                            Case{kSize, core::DirectWrites::Fast, DirectIo::Off, false},
                            Case{64 * kSize, core::DirectWrites::Fast, DirectIo::Auto, false},
                            Case{64 * kSize, core::DirectWrites::Slow, DirectIo::On, true},
                            Case{kSize, core::DirectWrites::Impossible, DirectIo::On, false});
  Place place;
  Behind run(place);
  run.script.direct = one.direct;
  PartialSettings settings = run.settings();
  settings.physical_memory = one.memory;
  settings.direct_io = one.wish;
  run.create(settings);
  CHECK((run.sink->alignment() == core::kDirectAlignment) == one.past);
}
