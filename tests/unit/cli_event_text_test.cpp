#include <catch2/catch.hpp>
#include <cerrno>

#include "cli/event_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"

using namespace xget;
using namespace xget::cli;
using namespace std::chrono_literals;

TEST_CASE("a failure is told with its cause, what was kept and what helps") {
  const Error error{.code = ErrorCode::Disk,
                    .operation = "write",
                    .subject = "f.partial",
                    .number = 28,
                    .cause = "no space left",
                    .kept = "1.0 GiB in f.partial",
                    .remedy = "make room"};
  CHECK(failure_text(error) ==
        "xget: write f.partial: no space left\nkept: 1.0 GiB in f.partial\nmake room\n");
  CHECK(failure_text({.operation = "open", .subject = "x", .cause = "gone"}) ==
        "xget: open x: gone\n");
}

TEST_CASE("where a command goes on it is said when nothing was kept") {
  const auto told = [](ErrorCode code, const char* kept) {
    return failure_text(Failed{.path = "f", .error = {.code = code, .cause = "x", .kept = kept}});
  };
  CHECK(told(ErrorCode::Network, "") == "xget: x\nkept: nothing of this run\n");
  CHECK(told(ErrorCode::Network, "1 MiB") == "xget: x\nkept: 1 MiB\n");
  CHECK(told(ErrorCode::Exists, "") == "xget: x\n");
  CHECK(told(ErrorCode::Busy, "") == "xget: x\n");
}

TEST_CASE("nothing in a report is obeyed by a terminal") {
  const Error error{.operation = "a\x1b[2J", .cause = "b\nc", .kept = "d\r", .remedy = "e\x07"};
  CHECK(failure_text(error) == "xget: a\\x1B[2J: b\\x0Ac\nkept: d\\x0D\ne\\x07\n");
  CHECK(note_text("x\x1b") == "note: x\\x1B\n");
}

TEST_CASE("the command that goes on says what to fill in") {
  CHECK(go_on_text({"xget u/x", {}}) == "to go on: xget u/x\n");
  CHECK(go_on_text({"xget -H 'A: …' -u 'me:…' u/x", {"the header A", "the password of --user"}}) ==
        "to go on: xget -H 'A: …' -u 'me:…' u/x\n"
        "fill in for …: the header A, the password of --user\n");
}

TEST_CASE("only what a later run continues has a command that goes on") {
  const auto after = [](ErrorCode code, const char* kept, const char* path) {
    return can_go_on({.path = path, .error = {.code = code, .kept = kept}});
  };
  CHECK(after(ErrorCode::Network, "", "f"));
  CHECK(after(ErrorCode::Interrupted, "", "f"));
  CHECK(after(ErrorCode::Disk, "1 GiB", "f"));
  CHECK_FALSE(after(ErrorCode::Disk, "", "f"));  // what stands in the way would still be there
  CHECK(can_go_on({.path = "f", .error = {.code = ErrorCode::Disk, .number = ENOSPC}}));
  CHECK(after(ErrorCode::Busy, "", "f"));
  CHECK(after(ErrorCode::Refused, "1 GiB", "f"));
  CHECK_FALSE(after(ErrorCode::Refused, "", "f"));
  CHECK_FALSE(after(ErrorCode::Checksum, "1 GiB", "f"));
  CHECK_FALSE(after(ErrorCode::Exists, "", "f"));
  CHECK_FALSE(after(ErrorCode::Interrupted, "", "-"));
}

TEST_CASE("a start says where from, where to and how much") {
  CHECK(
      start_text({.url = "https://a/f", .path = "f", .size = 2048, .held = 1024, .ranges = true}) ==
      "https://a/f → f, 2.0 KiB, 1.0 KiB of it here already\n");
  CHECK(start_text({.url = "https://a/f", .path = "-"}) ==
        "https://a/f → standard output, size unknown, cannot be resumed\n");
  CHECK(start_text({.url = "https://a/f", .path = "f", .size = 1 << 20}) ==
        "https://a/f → f, 1.0 MiB, cannot be resumed\n");
  CHECK(start_text({.url = "https://a/f", .path = "f", .size = 18}) == "https://a/f → f, 18 B\n");
  CHECK(start_text({.url = "https://a/f", .path = "f", .size = 2048, .held = 1024}) ==
        "https://a/f → f, 2.0 KiB, 1.0 KiB of it here already; the server sends all of it again\n");
}

TEST_CASE("a result says what the proof rests on") {
  Finished finished{.path = "f",
                    .size = 2048,
                    .received = 1024,
                    .proof = Proof::Digest,
                    .rests_on = "its sha256"};
  CHECK(finished_text(finished, 2s) ==
        "f: 2.0 KiB, 1.0 KiB of it fetched in 2s (512 B/s), proof: its sha256\n");
  finished.received = 2048;
  CHECK(finished_text(finished, 2s) == "f: 2.0 KiB in 2s (1.0 KiB/s), proof: its sha256\n");
  CHECK(finished_text(finished, 0s) == "f: 2.0 KiB, proof: its sha256\n");
  finished.received = 0;
  CHECK(finished_text(finished, 2s) == "f: 2.0 KiB in 2s, proof: its sha256\n");
  finished.already_complete = true;
  CHECK(finished_text(finished, 2s) == "f: already complete, 2.0 KiB, proof: its sha256\n");
  finished.not_modified = true;
  CHECK(finished_text(finished, 2s) == "f: not modified: its sha256\n");
  finished.not_modified = false;
  finished.proof = Proof::None;
  finished.rests_on = "its size";
  CHECK(finished_text(finished, 2s) == "f: already complete, 2.0 KiB, not proven: its size\n");
}

TEST_CASE("a result says which file it was made from") {
  Finished finished{.path = "b", .size = 2048, .proof = Proof::Digest, .rests_on = "its md5"};
  finished.made_from = MadeFrom{"a", Dedupe::Link};
  CHECK(finished_text(finished, 1s) == "b: 2.0 KiB, a hard link of a, proof: its md5\n");
  finished.made_from->as = Dedupe::Reflink;
  CHECK(finished_text(finished, 1s) ==
        "b: 2.0 KiB, a copy of a that shares its room on the disk, proof: its md5\n");
  finished.made_from = MadeFrom{"a\n", Dedupe::Copy};
  CHECK(finished_text(finished, 1s) == "b: 2.0 KiB, a copy of a\\x0A, proof: its md5\n");
}

TEST_CASE("every kind of error has its exit code") {
  CHECK(exit_code_of(ErrorCode::Usage) == ExitCode::Usage);
  CHECK(exit_code_of(ErrorCode::Network) == ExitCode::Network);
  CHECK(exit_code_of(ErrorCode::Refused) == ExitCode::Refused);
  CHECK(exit_code_of(ErrorCode::Checksum) == ExitCode::Checksum);
  CHECK(exit_code_of(ErrorCode::Disk) == ExitCode::Disk);
  CHECK(exit_code_of(ErrorCode::Changed) == ExitCode::Changed);
  CHECK(exit_code_of(ErrorCode::Exists) == ExitCode::Exists);
  CHECK(exit_code_of(ErrorCode::Busy) == ExitCode::Exists);
  CHECK(exit_code_of(ErrorCode::NotProven) == ExitCode::NotProven);
  CHECK(exit_code_of(ErrorCode::Interrupted) == ExitCode::Interrupted);
  CHECK(exit_code_of(ErrorCode::Internal) == ExitCode::Bug);
}

TEST_CASE("of several jobs the first failure gives the exit code, an interruption before all") {
  using Outcomes = std::vector<std::optional<ErrorCode>>;
  CHECK(exit_code_of(Outcomes{}) == ExitCode::Success);
  CHECK(exit_code_of(Outcomes{std::nullopt, std::nullopt}) == ExitCode::Success);
  CHECK(exit_code_of(Outcomes{std::nullopt, ErrorCode::Disk, ErrorCode::Network}) ==
        ExitCode::Disk);
  CHECK(exit_code_of(Outcomes{ErrorCode::Disk, ErrorCode::Interrupted}) == ExitCode::Interrupted);
}

TEST_CASE("the help names every option and every exit code and fits 80 columns") {
  const std::string help = help_text();
  for (const OptionRow& row : option_table()) {
    INFO(row.longest());
    CHECK(help.find(row.longest()) != std::string::npos);
  }
  for (const ExitCodeRow& row : exit_code_table()) {
    CHECK(help.find(row.meaning) != std::string::npos);
  }
  std::size_t begin = 0;
  while (begin < help.size()) {
    const auto end = help.find('\n', begin);
    REQUIRE(end != std::string::npos);
    INFO(help.substr(begin, end - begin));
    CHECK(end - begin <= 80);
    begin = end + 1;
  }
}

TEST_CASE("a plan says what would be fetched, from where, and what will prove it") {
  const Planned planned{.url = "https://a/file",
                        .path = "file",
                        .size = 4U << 20,
                        .held = 1U << 20,
                        .ranges = true,
                        .etag = "\"x\"",
                        .last_modified = "Mon, 01 Jan 2024 00:00:00 GMT",
                        .connections = 2,
                        .addresses = {"192.0.2.1", "2001:db8::1"},
                        .mirrors = {"https://b/file"},
                        .proof = Proof::StrongValidator,
                        .rests_on = "ETag \"x\""};
  CHECK(planned_text(planned) ==
        "https://a/file → file, 4.0 MiB\n"
        "  1.0 MiB of it here already, 3.0 MiB to be fetched\n"
        "  proof: ETag \"x\"\n"
        "  the server sends parts: it can be resumed\n"
        "  validators: ETag \"x\", Last-Modified Mon, 01 Jan 2024 00:00:00 GMT\n"
        "  addresses: 192.0.2.1, 2001:db8::1\n"
        "  further mirrors: https://b/file\n"
        "  connections to begin with: 2\n");
}

TEST_CASE("a plan for a complete file says no more than that") {
  const Planned planned{.step = PlannedStep::Nothing,
                        .url = "https://a/file",
                        .path = "file",
                        .size = 100,
                        .held = 100,
                        .proof = Proof::Digest,
                        .rests_on = "it matches the given digest"};
  CHECK(planned_text(planned) ==
        "https://a/file → file, 100 B\n"
        "  complete already: nothing would be fetched\n"
        "  proof: it matches the given digest\n");
}

TEST_CASE("a plan names some of many mirrors, and shows no control characters") {
  Planned planned{.url = "https://a/\x1b[0m", .path = "-", .rests_on = "one whole response"};
  planned.mirrors.assign(20, "u");
  const std::string text = planned_text(planned);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("u, u and 12 more\n") != std::string::npos);
  CHECK(text.find("standard output, size unknown\n  all of it would be fetched\n  not proven: ") !=
        std::string::npos);
  CHECK(text.find("validators: none\n") != std::string::npos);
}
