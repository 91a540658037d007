#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "cli/event_stream.hpp"

using namespace xget;
using namespace xget::cli;
using namespace std::chrono_literals;

namespace {

// A stream into a pipe of the smallest size that there is.
struct Piped {
  Piped() {
    ::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    reader = ends[0];
    writer = ends[1];
    REQUIRE(::fcntl(writer, F_SETPIPE_SZ, 4096) >= 4096);
    REQUIRE(::fcntl(reader, F_SETFL, O_NONBLOCK) == 0);
    stream.emplace(
        writer, [this](std::string_view text) { complaints += text; }, 50ms);
  }
  ~Piped() {
    close_reader();
    ::close(writer);
  }

  void close_reader() {
    if (reader >= 0) ::close(reader);
    reader = -1;
  }

  // What the pipe holds now.
  void read() {
    std::array<char, 1 << 16> some{};
    for (ssize_t count = 0; (count = ::read(reader, some.data(), some.size())) > 0;) {
      got.append(some.data(), static_cast<std::size_t>(count));
    }
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    Parts parts(got, '\n');
    while (const auto part = parts.next()) all.emplace_back(*part);
    REQUIRE(all.back().empty());
    all.pop_back();
    return all;
  }

  int reader = -1;
  int writer = -1;
  std::string got;
  std::string complaints;
  std::optional<EventStream> stream;
};

const Note kNote{.job = 1, .text = std::string(1000, 'x')};

}  // namespace

TEST_CASE("each event is a line at once") {
  Piped pipe;
  pipe.stream->start(0ms);
  pipe.read();
  pipe.stream->on_event(Note{.job = 7, .text = "hello"}, 1500ms);
  pipe.read();
  REQUIRE(pipe.lines().size() == 2);
  CHECK(pipe.lines()[0].starts_with(R"({"v":1,"event":"start","time":0.000,"xget":")"));
  CHECK(pipe.lines()[1] == R"({"v":1,"event":"note","time":1.500,"job":7,"text":"hello"})");
  pipe.stream->end(ExitCode::Network, 2s);
  pipe.read();
  CHECK(pipe.lines()[2] == R"({"v":1,"event":"end","time":2.000,"exit":3})");
  CHECK(pipe.complaints.empty());
}

TEST_CASE("a reader that pauses loses progress alone, and no line is torn") {
  Piped pipe;
  for (int i = 0; i < 100; ++i) {
    pipe.stream->on_event(kNote, 1s);
    pipe.stream->on_event(Progress{.job = 1}, 1s);
  }
  for (int i = 0; i < 200; ++i) {
    pipe.read();
    pipe.stream->on_event(Progress{.job = 1}, 2s);
  }
  std::size_t notes = 0;
  std::size_t progress = 0;
  for (const std::string& line : pipe.lines()) {
    CHECK(line.front() == '{');
    CHECK(line.back() == '}');
    notes += line.find("\"note\"") != std::string::npos ? 1 : 0;
    progress += line.find("\"progress\"") != std::string::npos ? 1 : 0;
  }
  CHECK(notes == 100);
  CHECK(progress > 50);
  CHECK(progress < 250);
}

TEST_CASE("a reader that is stuck costs bounded memory, and is told what it missed") {
  Piped pipe;
  const std::size_t most = EventStream::kMostWaiting / kNote.text.size();
  for (std::size_t i = 0; i < 2 * most; ++i) pipe.stream->on_event(kNote, 1s);
  std::size_t told = 0;
  while (told == 0) {
    pipe.read();
    pipe.stream->on_event(kNote, 2s);
    const auto lines = pipe.got.find("\"lost\"");
    told = lines == std::string::npos ? 0 : lines;
    REQUIRE(pipe.got.size() < 3 * EventStream::kMostWaiting);
  }
  CHECK(told < EventStream::kMostWaiting + (64U << 10));
  pipe.stream->end(ExitCode::Success, 3s);
  CHECK(pipe.complaints.find("events were left out") != std::string::npos);
}

TEST_CASE("a reader that takes nothing is not waited for at the end for ever") {
  Piped pipe;
  for (int i = 0; i < 100; ++i) pipe.stream->on_event(kNote, 1s);
  pipe.stream->end(ExitCode::Success, 2s);
  CHECK(pipe.complaints.find("takes no more of them") != std::string::npos);
}

TEST_CASE("a reader that is gone is told of once, and nothing more is kept for it") {
  Piped pipe;
  pipe.close_reader();
  for (int i = 0; i < 100; ++i) pipe.stream->on_event(kNote, 1s);
  pipe.stream->end(ExitCode::Success, 2s);
  CHECK(pipe.complaints ==
        "xget: no more events of --json are written: nobody reads them; downloads are not "
        "affected\n");
}

TEST_CASE("a descriptor that nobody can write to is refused") {
  Piped pipe;
  CHECK(take_event_descriptor(pipe.writer));
  CHECK(::fcntl(pipe.writer, F_GETFD) == FD_CLOEXEC);
  CHECK_FALSE(take_event_descriptor(pipe.reader));
  CHECK(take_event_descriptor(987'654).error().code == ErrorCode::Usage);
}
