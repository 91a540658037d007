#include "base/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace xget {
namespace {

constexpr int kFirstOtherDescriptor = 3;
constexpr std::size_t kPipeRead = 16U << 10;
constexpr int kSignalledExit = 128;
constexpr std::size_t kMostSaid = 200;

tl::unexpected<Error> child_error(const ChildSpec& spec, std::string cause, int number = 0) {
  return fail({.code = ErrorCode::Usage,
               .operation = "run",
               .subject = spec.words.front(),
               .number = number,
               .cause = std::move(cause)});
}

struct Pipe {
  Descriptor read, write;

  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// This process's own, less what `more` says anew.
std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::any_of(
        more.begin(), more.end(), [name](const std::string& one) { return one.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

// Where the program reads `text` from: whole already, so that nobody waits for it to be read.
// Invalid, with errno, where the system has no room for it.
Descriptor input_of(const std::string& text) {
  if (text.empty()) return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor file(memfd_create("input", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(text.size());
  const bool written = file.valid() && ::pwrite(file.get(), text.data(), text.size(), 0) == size;
  return written ? std::move(file) : Descriptor();
}

// Returns errno, 0 for success. Signals are as a new program expects them, whatever this thread
// blocks or ignores.
int spawn(const ChildSpec& spec, int input, int output, int errors, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, kFirstOtherDescriptor);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words = spec.words;
  std::vector<std::string> environment = environment_with(spec.environment);
  const int error = posix_spawnp(&pid, words.front().c_str(), &files, &attributes,
                                 pointers_to(words).data(), pointers_to(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// False: nothing more will come for now.
bool read_some(int fd, std::string& into, std::size_t most) {
  std::array<char, kPipeRead> buffer{};
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  if (count <= 0) return count < 0 && errno == EINTR;
  const std::size_t room = most - std::min(most, into.size());
  into.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
  return true;
}

// What is left in the pipe of a program that has ended; a child of its own may hold it open.
void drain(const Descriptor& pipe, std::string& into, std::size_t most) {
  if (!pipe.valid()) return;
  fcntl(pipe.get(), F_SETFL, O_NONBLOCK);
  while (into.size() < most && read_some(pipe.get(), into, most)) {
  }
}

// Readable once the process has ended. The C library's own declaration of it, where it has one,
// lacks the linkage for C++.
int descriptor_of(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

// Readable once `time` has passed.
int timer_after(Duration time) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
  if (timer >= 0) timerfd_settime(timer, 0, &when, nullptr);
  return timer;
}

void take_news(const pollfd& news, Descriptor& pipe, std::string& into, std::size_t most) {
  if (news.revents != 0 && !read_some(pipe.get(), into, most)) pipe = Descriptor();
}

// Until it has ended: an empty text. Else why it must be ended.
std::string listen(const ChildSpec& spec, pid_t pid, Pipe& output, Pipe& errors,
                   ChildOutcome& outcome) {
  const Descriptor ended(descriptor_of(pid));
  const Descriptor timer(timer_after(spec.time));
  if (!ended.valid() || !timer.valid()) return "its end cannot be waited for";
  while (true) {
    std::array<pollfd, 5> waits{{{output.read.get(), POLLIN, 0},
                                 {errors.read.get(), POLLIN, 0},
                                 {ended.get(), POLLIN, 0},
                                 {timer.get(), POLLIN, 0},
                                 {spec.stop_fd, POLLIN, 0}}};
    const auto& [more_output, more_errors, end, time_up, stop] = waits;
    if (poll(waits.data(), waits.size(), -1) < 0) continue;
    if (stop.revents != 0) return "it was stopped";
    if (time_up.revents != 0) return "it takes too long";
    take_news(more_output, output.read, outcome.output, spec.most_output);
    take_news(more_errors, errors.read, outcome.errors, spec.most_output);
    if (end.revents == 0) continue;
    drain(output.read, outcome.output, spec.most_output);
    drain(errors.read, outcome.errors, spec.most_output);
    return "";
  }
}

}  // namespace

std::string_view first_line_said(std::string_view printed) {
  return without_return(printed.substr(0, printed.find('\n'))).substr(0, kMostSaid);
}

Result<ChildOutcome> run_child(const ChildSpec& spec) {
  Pipe output;
  Pipe errors;
  if (!output.open() || !errors.open()) return child_error(spec, "no pipe can be made", errno);
  const Descriptor input = input_of(spec.input);
  if (!input.valid()) return child_error(spec, "it can be given no input", errno);
  pid_t pid = 0;
  if (const int error = spawn(spec, input.get(), output.write.get(), errors.write.get(), pid);
      error != 0) {
    return child_error(spec, std::generic_category().message(error), error);
  }
  output.write = Descriptor();
  errors.write = Descriptor();

  ChildOutcome outcome;
  const std::string trouble = listen(spec, pid, output, errors, outcome);
  // Children of its own too: whatever became of it, nothing of it goes on.
  kill(-pid, SIGKILL);
  int status = 0;
  uninterrupted([&] { return waitpid(pid, &status, 0); });
  if (!trouble.empty()) return child_error(spec, trouble);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalledExit + WTERMSIG(status);
  return outcome;
}

}  // namespace xget
