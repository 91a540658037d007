#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "cli/exit_code.hpp"
#include "cli/signals.hpp"

using namespace xget::cli;

namespace {

// The exit status of a process of its own, since signals are the whole process's.
int status_of(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void send_to_self(int signal) { ::kill(::getpid(), signal); }

void wait_for(const std::atomic<int>& count, int wanted) {
  while (count < wanted) ::usleep(1000);
}

}  // namespace

TEST_CASE("the first ending signal asks for an orderly end") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CHECK(status_of([signal] {
            std::atomic<int> asked{0};
            const sigset_t signals = block_ending_signals();
            const SignalWatch watch(
                signals, [&] { ++asked; }, [] {});
            send_to_self(signal);
            wait_for(asked, 1);
            return 0;
          }) == 0);
  }
}

TEST_CASE("the second ending signal leaves at once") {
  const int status = status_of([] {
    std::atomic<int> asked{0};
    const sigset_t signals = block_ending_signals();
    const SignalWatch watch(
        signals, [&] { ++asked; }, [] {});
    send_to_self(SIGINT);
    wait_for(asked, 1);
    ::usleep(300'000);  // longer than what still counts as the same request
    send_to_self(SIGTERM);
    ::sleep(10);
    return 0;
  });
  CHECK(status == static_cast<int>(ExitCode::Interrupted));
}

TEST_CASE("the last thing that is done at the second ending signal is what was asked for") {
  const int status = status_of([] {
    std::atomic<int> asked{0};
    const sigset_t signals = block_ending_signals();
    const SignalWatch watch(
        signals, [&] { ++asked; }, [] { ::_exit(77); });
    send_to_self(SIGINT);
    wait_for(asked, 1);
    ::usleep(300'000);
    send_to_self(SIGINT);
    ::sleep(10);
    return 0;
  });
  CHECK(status == 77);
}

TEST_CASE("a signal that came before the watch is not lost") {
  CHECK(status_of([] {
          std::atomic<int> asked{0};
          const sigset_t signals = block_ending_signals();
          send_to_self(SIGTERM);
          const SignalWatch watch(
              signals, [&] { ++asked; }, [] {});
          wait_for(asked, 1);
          return 0;
        }) == 0);
}

TEST_CASE("a signal that the parent ignores stays ignored") {
  CHECK(status_of([] {
          std::signal(SIGHUP, SIG_IGN);
          std::atomic<int> asked{0};
          const sigset_t signals = block_ending_signals();
          const SignalWatch watch(
              signals, [&] { ++asked; }, [] {});
          send_to_self(SIGHUP);
          ::usleep(50000);
          return asked.load();
        }) == 0);
}

TEST_CASE("a watch without a signal ends when it is not needed any more") {
  CHECK(status_of([] {
          const sigset_t signals = block_ending_signals();
          const SignalWatch watch(
              signals, [] {}, [] {});
          return 0;
        }) == 0);
}
