// What is fetched for credentials on this machine: a small file, or what a command prints. The
// loop hands it to a worker, and looks for what came of it when it turns.
// Thread: loop; the worker does what blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/ports.hpp"

namespace xget::remote {

class CredentialErrand {
 public:
  // The text, or why there is none, without a word of a command's output.
  using Outcome = tl::expected<std::string, std::string>;

  // `worker` must outlive it.
  static CredentialErrand read_file(const std::string& path, core::Worker& worker);
  // A program and its arguments. The first line that a failed one writes to its standard error is
  // part of why.
  static CredentialErrand run(const std::vector<std::string>& words, core::Worker& worker);
  ~CredentialErrand();  // ends the command
  CredentialErrand(CredentialErrand&&) noexcept = default;
  CredentialErrand& operator=(CredentialErrand&&) = delete;

  std::optional<Outcome> take_outcome();  // once
  [[nodiscard]] bool ended() const;

 private:
  struct State;
  explicit CredentialErrand(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // null: moved from
};

}  // namespace xget::remote
