#include "cli/secret_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/child_process.hpp"
#include "base/command_words.hpp"
#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

Result<std::string> read_small_file(const std::string& path) {
  auto file = path == "-" ? read_whole(STDIN_FILENO, kMaxSecretFile)
                          : read_whole_file(path, kMaxSecretFile);
  if (!file) return refuse_usage("@" + path, std::move(file.error()));
  return std::move(file->text);
}

// Signals that would leave the terminal without echo only end the wait for the answer while this
// lives; a stop waits until the answer is there.
class InterruptibleWait {
 public:
  InterruptibleWait() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : kSignals) sigaddset(&signals, signal);
    // Let in by ppoll() alone: one that came just before the wait would be lost otherwise.
    ::sigprocmask(SIG_BLOCK, &signals, &mask_before_);
    struct sigaction action {};
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      action.sa_handler = kSignals[i] == SIGTSTP ? SIG_IGN : [](int) {};
      ::sigaction(kSignals[i], &action, &before_[i]);
    }
  }
  ~InterruptibleWait() {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  InterruptibleWait(const InterruptibleWait&) = delete;
  InterruptibleWait& operator=(const InterruptibleWait&) = delete;

  // False: a signal came.
  [[nodiscard]] bool wait_readable(int descriptor) const {
    struct pollfd ready {
      descriptor, POLLIN, 0
    };
    return ::ppoll(&ready, 1, nullptr, &mask_before_) >= 0;
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  std::array<struct sigaction, kSignals.size()> before_{};
  sigset_t mask_before_{};
};

// Switches echo off while it lives.
class NoEcho {
 public:
  explicit NoEcho(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  [[nodiscard]] bool works() const { return changed_; }

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

void print_to(int terminal, const std::string& text) {
  // A prompt that cannot be shown is no reason to fail.
  [[maybe_unused]] const ssize_t ignored = ::write(terminal, text.data(), text.size());
}

Result<std::string> ask_on_terminal(const std::string& user) {
  const auto refuse = [](const char* cause) {
    return refuse_usage("--user", cause, "give --user USER:PASSWORD or --user @FILE");
  };
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid()) return refuse("there is no terminal to ask for the password on");
  const InterruptibleWait interruptible;
  const NoEcho no_echo(terminal.get());
  if (!no_echo.works()) return refuse("the terminal cannot hide the password");
  print_to(terminal.get(), "password of " + printable(user) + ": ");
  std::array<char, 1024> line{};
  const bool answered = interruptible.wait_readable(terminal.get());
  const ssize_t count = answered ? ::read(terminal.get(), line.data(), line.size()) : 0;
  print_to(terminal.get(), "\n");
  if (!answered) {
    return fail({.code = ErrorCode::Interrupted,
                 .operation = "ask for the password",
                 .subject = "",
                 .cause = "interrupted"});
  }
  if (count <= 0 || line[static_cast<std::size_t>(count) - 1] != '\n') {
    return refuse("no password was given");
  }
  return std::string(line.data(), static_cast<std::size_t>(count) - 1);
}

// What it says of itself may help; what it prints never does, since that is the secret.
Result<std::string> run_command(const std::string& command) {
  auto words = split_command(command);
  if (!words) return fail(std::move(words.error()));
  auto outcome = run_child({.words = *std::move(words), .environment = {}});
  if (!outcome) return fail(std::move(outcome.error()));
  if (outcome->exit_code == 0) return std::move(outcome->output);
  const std::string_view line = first_line_said(outcome->errors);
  return refuse_usage("", "the command ended with exit code " + std::to_string(outcome->exit_code) +
                              (line.empty() ? "" : ": " + printable(line)));
}

}  // namespace

SecretInput real_secret_input() { return {read_small_file, ask_on_terminal, run_command}; }

}  // namespace xget::cli
