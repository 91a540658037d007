// Another program, run for what it prints. No shell: the words go to it as they are. It gets
// nothing but `input` on its standard input, no other file of this process and a process group of
// its own; its output and its time are bounded, and nothing of it outlives the call. Thread: any;
// blocks until the program has ended.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "xget/error.hpp"

namespace xget {

struct ChildSpec {
  std::vector<std::string> words;        // the program, looked up in PATH, and its arguments
  std::vector<std::string> environment;  // "NAME=VALUE", in addition to this process's own
  std::string input;
  std::size_t most_output = 128U << 10;  // bytes kept of each stream; the rest is read and dropped
  Duration time = std::chrono::minutes(1);
  int stop_fd = -1;  // readable: end it
};

struct ChildOutcome {
  int exit_code = 0;  // 128 + signal, as shells say it
  std::string output;
  std::string errors;
};

// The first line of what a program printed, for an error to quote: without line end, at most 200
// bytes, not made printable.
[[nodiscard]] std::string_view first_line_said(std::string_view printed);

// Fails when it cannot be started, takes too long or is stopped; the subject is the program.
Result<ChildOutcome> run_child(const ChildSpec& spec);

}  // namespace xget
