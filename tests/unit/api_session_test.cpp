// Session: jobs against a server on loopback, and what a caller may do while they run.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "store_fixture.hpp"
#include "support/raw_server.hpp"
#include "xget/session.hpp"

using namespace xget;
using store_test::TemporaryFolder;
using test::Peer;
using test::RawServer;

namespace {

const std::string kContent = "the whole of it";

// Answers each request with all of kContent.
void serve_content(Peer& peer) {
  while (!peer.read_head().empty()) {
    peer.send("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: " +
              std::to_string(kContent.size()) + "\r\n\r\n" + kContent);
  }
}

// Promises 8 MiB, sends the first two and then nothing more.
void serve_beginning(Peer& peer) {
  if (peer.read_head().empty()) return;
  peer.send(
      "HTTP/1.1 206 Partial Content\r\nETag: \"one\"\r\nContent-Length: 8388608\r\n"
      "Content-Range: bytes 0-8388607/8388608\r\n\r\n" +
      std::string(2U << 20, 'x'));
  peer.wait_for_close();
}

std::unique_ptr<Session> session_with(Options options = {}) {
  options.proxy = "none";
  auto session = Session::create(std::move(options));
  REQUIRE(session.has_value());
  return *std::move(session);
}

// Reads to the end; how each job ended, in words.
std::map<JobId, std::string> ends_of(Session& session) {
  std::map<JobId, std::string> ends;
  while (const auto event = session.next_event()) {
    if (const auto* finished = std::get_if<Finished>(&*event)) {
      CHECK(ends.emplace(finished->job, "finished").second);
    } else if (const auto* failed = std::get_if<Failed>(&*event)) {
      CHECK(ends.emplace(failed->job, to_string(failed->error.code)).second);
    }
  }
  return ends;
}

// Reads until a job has bytes on the disk; false if all ended before.
bool wait_for_bytes(Session& session) {
  while (const auto event = session.next_event()) {
    const auto* progress = std::get_if<Progress>(&*event);
    if (progress != nullptr && progress->held > 0) return true;
  }
  return false;
}

using Ends = std::map<JobId, std::string>;

}  // namespace

TEST_CASE("a session without jobs has no events") {
  CHECK_FALSE(session_with()->next_event().has_value());
}

TEST_CASE("options that make no sense are named") {
  const auto refused = [](auto change) {
    Options options;
    change(options);
    const auto session = Session::create(options);
    REQUIRE_FALSE(session.has_value());
    CHECK(session.error().code == ErrorCode::Usage);
    CHECK(session.error().operation.empty());  // it reads as a mistake on the command line
    return session.error().subject;
  };
  CHECK(refused([](Options& o) { o.connections = 0; }) == "--connections");
  CHECK(refused([](Options& o) { o.connections = 257; }) == "--connections");
  CHECK(refused([](Options& o) { o.retry = -1; }) == "--retry");
  CHECK(refused([](Options& o) { o.stall_timeout = Milliseconds{0}; }) == "--stall-timeout");
  CHECK(refused([](Options& o) {
          o.checkpoint_interval = {Milliseconds{0}, 0};
        }) == "--checkpoint-interval");
  CHECK(refused([](Options& o) { o.connect_to = {"host:80:other"}; }) == "--connect-to");
  CHECK(refused([](Options& o) { o.dns_servers = {"127.0.0.1", "dns.test"}; }) == "--dns-servers");
  CHECK(refused([](Options& o) { o.proxy = "http://:80"; }) == "--proxy");
  CHECK(refused([](Options& o) { o.cacert = "/no/such.pem"; }) == "--cacert");
  CHECK(refused([](Options& o) { o.trace_file = "/no/such/trace"; }) == "--trace");
  CHECK(refused([](Options& o) { o.cookie_jar = "/no/such/jar"; }) == "--cookie-jar");
  CHECK(refused([](Options& o) { o.netrc_file = "/no/such/netrc"; }) == "--netrc-file");
  CHECK(refused([](Options& o) { o.interface = "no-such-link"; }) == "--interface");
  CHECK(refused([](Options& o) { o.interface = "192.0.2.1"; }) == "--interface");
  CHECK(refused([](Options& o) {
          o.interface = "127.0.0.1";
          o.address_family = AddressFamily::IPv6;
        }) == "--interface");
}

TEST_CASE("times that no clock could hold are named") {
  const auto refused = [](auto change) {
    Options options;
    change(options, GENERATE(kLongestTime + Milliseconds{1}, Milliseconds::max()));
    const auto session = Session::create(options);
    return session ? "" : session.error().subject;
  };
  CHECK(refused([](Options& o, auto t) { o.connect_timeout = t; }) == "--connect-timeout");
  CHECK(refused([](Options& o, auto t) { o.stall_timeout = t; }) == "--stall-timeout");
  CHECK(refused([](Options& o, auto t) { o.retry_wait = t; }) == "--retry-wait");
  CHECK(refused([](Options& o, auto t) { o.give_up_after = t; }) == "--give-up-after");
  CHECK(refused([](Options& o, auto t) { o.checkpoint_interval.time = t; }) ==
        "--checkpoint-interval");
}

TEST_CASE("a job goes on under the longest times as under any") {
  std::atomic<bool> first = true;
  const RawServer server([&first](Peer& peer) {
    if (first.exchange(false)) return;  // which is tried again
    serve_content(peer);
  });
  const TemporaryFolder folder;
  Options options;
  options.connect_timeout = options.stall_timeout = kLongestTime;
  options.give_up_after = options.checkpoint_interval.time = kLongestTime;
  options.retry_wait = Milliseconds{1};
  const auto session = session_with(options);
  const auto id = session->add({.url = server.url(), .output = folder / "file"});
  REQUIRE(id.has_value());
  CHECK(ends_of(*session) == Ends{{*id, "finished"}});
}

TEST_CASE("a job that is refused leaves nothing to wait for and its target free") {
  const TemporaryFolder folder;
  const auto session = session_with();
  const JobSpec sound{.url = "http://127.0.0.1:1/file", .output = folder / "file"};
  const auto refused = [&](auto change) {
    JobSpec spec = sound;
    change(spec);
    const auto id = session->add(spec);
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().code == ErrorCode::Usage);
  };
  refused([](JobSpec& s) { s.url = "ftp://127.0.0.1/file"; });
  refused([](JobSpec& s) { s.url = "http://"; });
  refused([](JobSpec& s) { s.checksum = "sha256:abc"; });
  refused([](JobSpec& s) { s.headers = {"no colon"}; });
  refused([](JobSpec& s) { s.headers = {"Range: bytes=0-1"}; });
  refused([](JobSpec& s) { s.output += '/'; });
  refused([](JobSpec& s) { s.pieces = "/no/such.torrent"; });
  refused([](JobSpec& s) { s.location = "Germany"; });
  CHECK_FALSE(session->next_event().has_value());
  CHECK(session->add(sound).has_value());
}

TEST_CASE("a job's events begin with what was found and end with the file") {
  const RawServer server(serve_content);
  const TemporaryFolder folder;
  const auto session = session_with();
  const auto id = session->add({.url = server.url(), .output = "file", .folder = folder.path()});
  REQUIRE(id.has_value());
  const auto first = session->next_event();
  REQUIRE(first.has_value());
  REQUIRE(std::holds_alternative<Probed>(*first));
  CHECK(std::get<Probed>(*first).job == *id);
  CHECK(std::get<Probed>(*first).size == kContent.size());
  CHECK(ends_of(*session) == Ends{{*id, "finished"}});
  CHECK(store_test::read_file(folder / "file") == kContent);
}

TEST_CASE("a target may be given again once its job has ended") {
  const RawServer server(serve_content);
  const TemporaryFolder folder;
  const auto session = session_with();
  JobSpec spec{.url = server.url(), .output = folder / "file"};
  const auto first = session->add(spec);
  REQUIRE(first.has_value());
  CHECK(ends_of(*session) == Ends{{*first, "finished"}});

  spec.existing = Existing::Overwrite;
  const auto second = session->add(spec);
  REQUIRE(second.has_value());
  CHECK(*second != *first);
  CHECK(ends_of(*session) == Ends{{*second, "finished"}});
}

TEST_CASE("two jobs with one target are refused, however it is spelt") {
  const RawServer server(serve_beginning);
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a");
  const auto session = session_with();
  REQUIRE(session->add({.url = server.url(), .output = folder / "file"}).has_value());
  for (const char* spelling : {"file", "./file", "a/../file", ".//file"}) {
    INFO(spelling);
    const auto again = session->add({.url = server.url(), .output = folder / spelling});
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == ErrorCode::Usage);
  }
  CHECK(session->add({.url = server.url(), .output = folder / "a/file"}).has_value());
  session->interrupt();
  CHECK(ends_of(*session).size() == 2);
}

TEST_CASE("a name that stands beside a running job's file is refused to another one") {
  const RawServer server(serve_beginning);
  const TemporaryFolder folder;
  const auto session = session_with();
  REQUIRE(session->add({.url = server.url(), .output = folder / "file"}).has_value());
  for (const char* suffix : {".partial", ".partial.json", ".partial.json.tmp", ".partial.old"}) {
    INFO(suffix);
    const auto beside = session->add({.url = server.url(), .output = folder / "file" + suffix});
    REQUIRE_FALSE(beside.has_value());
    CHECK(beside.error().code == ErrorCode::Usage);
  }
  session->interrupt();
  CHECK(ends_of(*session).size() == 1);
}

TEST_CASE("more jobs than may run at once all come to their end") {
  const RawServer server(serve_content);
  const TemporaryFolder folder;
  const auto session = session_with({.max_active_jobs = 1});
  Ends expected;
  for (const char* name : {"a", "b", "c"}) {
    const auto id = session->add({.url = server.url(), .output = folder / name});
    REQUIRE(id.has_value());
    expected.emplace(*id, "finished");
  }
  CHECK(ends_of(*session) == expected);
}

TEST_CASE("an interrupt ends what runs, what waits and what is added later") {
  const RawServer server(serve_beginning);
  const TemporaryFolder folder;
  const auto session = session_with({.connections = 1, .max_active_jobs = 1});
  const auto running = session->add({.url = server.url(), .output = folder / "running"});
  const auto waiting = session->add({.url = server.url(), .output = folder / "waiting"});
  REQUIRE(wait_for_bytes(*session));
  session->interrupt();
  const auto late = session->add({.url = server.url(), .output = folder / "late"});
  REQUIRE((running && waiting && late));
  CHECK(ends_of(*session) ==
        Ends{{*running, "interrupted"}, {*waiting, "interrupted"}, {*late, "interrupted"}});
  CHECK(store_test::exists(folder / "running.partial"));
  CHECK(store_test::exists(folder / "running.partial.json"));
  CHECK_FALSE(store_test::exists(folder / "late.partial"));
  CHECK(server.connections() == 1);
}

TEST_CASE("a job that is cancelled keeps what it has, and the others go on") {
  const RawServer stuck(serve_beginning);
  const RawServer server(serve_content);
  const TemporaryFolder folder;
  const auto session = session_with();
  const auto cancelled = session->add({.url = stuck.url(), .output = folder / "stuck"});
  REQUIRE(cancelled.has_value());
  REQUIRE(wait_for_bytes(*session));
  const auto other = session->add({.url = server.url(), .output = folder / "file"});
  session->cancel(*cancelled);
  CHECK(ends_of(*session) == Ends{{*cancelled, "interrupted"}, {*other, "finished"}});
  CHECK(session->done());
  CHECK(store_test::read_file(folder / "stuck.partial").starts_with(std::string(4096, 'x')));

  session->cancel(*cancelled);     // it has ended
  session->cancel(*other + 1000);  // there is none
  const auto later = session->add({.url = server.url(), .output = folder / "later"});
  CHECK(ends_of(*session) == Ends{{*later, "finished"}});
}

TEST_CASE("a job that waits is cancelled without its turn") {
  const RawServer stuck(serve_beginning);
  const TemporaryFolder folder;
  Options options;
  options.max_active_jobs = 1;
  const auto session = session_with(options);
  const auto running = session->add({.url = stuck.url(), .output = folder / "running"});
  REQUIRE(wait_for_bytes(*session));
  const auto waiting = session->add({.url = stuck.url(), .output = folder / "waiting"});
  const auto third = session->add({.url = stuck.url(), .output = folder / "third"});
  session->cancel(*waiting);
  std::optional<Failed> end;
  while (!end) {
    const auto event = session->next_event();
    REQUIRE(event.has_value());
    if (const auto* failed = std::get_if<Failed>(&*event)) end = *failed;
  }
  CHECK(end->job == *waiting);
  CHECK(end->error.code == ErrorCode::Interrupted);
  CHECK(session->add({.url = stuck.url(), .output = folder / "waiting"}).has_value());
  session->cancel(*running);
  session->cancel(*third);
  session->interrupt();
  CHECK(ends_of(*session).size() == 3);
}

TEST_CASE("a Metalink that is cancelled while it is fetched has no files") {
  const RawServer silent([](Peer& peer) {
    peer.read_head();
    peer.wait_for_close();
  });
  const TemporaryFolder folder;
  const auto session = session_with();
  const auto id = session->add({.url = silent.url() + ".meta4", .folder = folder.path()});
  REQUIRE(id.has_value());
  while (session->next_event(Milliseconds{0})) {
  }
  CHECK_FALSE(session->done());
  session->cancel(*id);
  CHECK(ends_of(*session) == Ends{{*id, "interrupted"}});
}

TEST_CASE("a Metalink's files can be cancelled as soon as they are known") {
  const RawServer stuck(serve_beginning);
  const TemporaryFolder folder;
  std::ofstream(folder / "list.meta4")
      << R"(<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="a"><url>)" + stuck.url() +
             R"(</url></file><file name="b"><url>)" + stuck.url() + "</url></file></metalink>";
  const auto session = session_with();
  REQUIRE(session->add({.url = folder / "list.meta4", .folder = folder.path()}).has_value());
  const auto first = session->next_event();
  REQUIRE(first.has_value());
  REQUIRE(std::holds_alternative<MetalinkRead>(*first));
  const auto files = std::get<MetalinkRead>(*first).files;
  REQUIRE(files.size() == 2);
  for (const JobId file : files) session->cancel(file);
  CHECK(ends_of(*session) == Ends{{files[0], "interrupted"}, {files[1], "interrupted"}});
}

TEST_CASE("a session that is destroyed while its jobs run leaves what a later one goes on from") {
  const TemporaryFolder folder;
  {
    const RawServer server(serve_beginning);
    const auto session = session_with({.connections = 1});
    REQUIRE(session->add({.url = server.url(), .output = folder / "file"}).has_value());
    REQUIRE(wait_for_bytes(*session));
  }
  CHECK_FALSE(store_test::exists(folder / "file"));
  CHECK(store_test::exists(folder / "file.partial"));
  CHECK(store_test::exists(folder / "file.partial.json"));
}

TEST_CASE("a session that is destroyed before its jobs began comes to its end") {
  const TemporaryFolder folder;
  const RawServer server(serve_beginning);
  for (int i = 0; i < 20; ++i) {
    const auto session = session_with();
    REQUIRE(session->add({.url = server.url(), .output = folder / "file"}).has_value());
  }
  CHECK_FALSE(store_test::exists(folder / "file"));
}
