// Other programs: what they print, how they end, and that nothing of them goes on.
#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "base/child_process.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

ChildSpec shell(const std::string& script) { return {.words = {"sh", "-c", script}}; }

}  // namespace

TEST_CASE("what a program prints and how it ends is told apart") {
  const auto outcome = run_child(shell("echo out; echo err >&2; exit 7"));
  REQUIRE(outcome);
  CHECK(outcome->output == "out\n");
  CHECK(outcome->errors == "err\n");
  CHECK(outcome->exit_code == 7);
}

TEST_CASE("a program reads the input that it is given, and then its end") {
  const std::string text(300'000, 'x');
  const auto counted = run_child({.words = {"wc", "-c"}, .environment = {}, .input = text});
  REQUIRE(counted);
  CHECK(counted->output == "300000\n");
  CHECK(run_child({.words = {"cat"}})->output.empty());
  CHECK(run_child({.words = {"true"}, .environment = {}, .input = text})->exit_code == 0);
}

TEST_CASE("arguments arrive as they are, and no shell looks at them") {
  const auto outcome = run_child({.words = {"printf", "%s|", "a b", "$HOME; `id`", "", "*"}});
  REQUIRE(outcome);
  CHECK(outcome->output == "a b|$HOME; `id`||*|");
}

TEST_CASE("the environment is this process's, with what is said anew") {
  setenv("XGET_TEST_OLD", "old", 1);
  setenv("XGET_TEST_BOTH", "old", 1);
  auto spec = shell("echo $XGET_TEST_OLD $XGET_TEST_BOTH $XGET_TEST_NEW");
  spec.environment = {"XGET_TEST_BOTH=new", "XGET_TEST_NEW=new"};
  const auto outcome = run_child(spec);
  unsetenv("XGET_TEST_OLD");
  unsetenv("XGET_TEST_BOTH");
  REQUIRE(outcome);
  CHECK(outcome->output == "old new new\n");
}

TEST_CASE("a program gets none of this process's files and an empty standard input") {
  const int mine = dup(STDOUT_FILENO);
  // No pipe: the shell would have its ends open for a moment.
  const auto outcome = run_child(shell("cat; ls /proc/$$/fd; true"));
  close(mine);
  REQUIRE(outcome);
  CHECK(outcome->output == "0\n1\n2\n");
}

TEST_CASE("more output than is wanted is read and dropped") {
  auto spec = shell("head -c 1000000 /dev/zero | tr '\\0' x; echo done >&2");
  spec.most_output = 1000;
  const auto outcome = run_child(spec);
  REQUIRE(outcome);
  CHECK(outcome->output == std::string(1000, 'x'));
  CHECK(outcome->errors == "done\n");
}

TEST_CASE("a program that takes too long is ended, with its children") {
  auto spec = shell("sleep 1000 & echo $! >&2; wait");
  spec.time = 200ms;
  const auto outcome = run_child(spec);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().cause == "it takes too long");
}

TEST_CASE("a child of its own that holds the output open holds up nobody") {
  const auto outcome = run_child(shell("sleep 1000 & echo $!"));
  REQUIRE(outcome);
  const pid_t child = std::stoi(outcome->output);
  // It was killed; whoever adopted it may need a moment to notice.
  for (int i = 0; i < 500 && kill(child, 0) == 0; ++i) std::this_thread::sleep_for(10ms);
  CHECK(kill(child, 0) != 0);
}

TEST_CASE("a program that nobody waits for any more is ended") {
  auto spec = shell("sleep 1000");
  spec.stop_fd = eventfd(1, EFD_CLOEXEC);
  const auto outcome = run_child(spec);
  close(spec.stop_fd);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().cause == "it was stopped");
}

TEST_CASE("a program that is not there is named") {
  const auto outcome = run_child({.words = {"/nonexistent/program"}});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().subject == "/nonexistent/program");
  CHECK_FALSE(outcome.error().cause.empty());
}

TEST_CASE("a program that a signal ends has the exit code that shells give it") {
  const auto outcome = run_child(shell("kill -TERM $$"));
  REQUIRE(outcome);
  CHECK(outcome->exit_code == 128 + SIGTERM);
}
