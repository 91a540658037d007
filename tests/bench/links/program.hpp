// What the programs of this folder share: a clock, a last word when something fails, and an end
// when they are told.
//
// Thread: one.
#pragma once

#include <sys/prctl.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace xget::bench {

constexpr std::int64_t kSecondNs = 1'000'000'000;

/// Of a clock that only goes forward.
inline std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecondNs + time.tv_nsec;
}

/// Says what failed, and why as errno has it; exit 1.
[[noreturn]] inline void die(const std::string& what) {
  std::fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what.c_str(),
               std::strerror(errno));
  std::exit(1);
}

inline volatile std::sig_atomic_t end_was_asked_for = 0;

/// From now on SIGTERM asks for the end, and so does the end of the one who started the program.
/// Returns the signal mask to wait under: anywhere else the signal is blocked, so that none between
/// the test and the wait is missed.
inline sigset_t end_when_told() {
  sigset_t terminate;
  sigset_t while_waiting;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  sigprocmask(SIG_BLOCK, &terminate, &while_waiting);
  std::signal(SIGTERM, [](int) { end_was_asked_for = 1; });
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  return while_waiting;
}

}  // namespace xget::bench
