#include "remote/credential_errand.hpp"

#include <sys/eventfd.h>

#include <cstddef>
#include <utility>

#include "base/child_process.hpp"
#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kLargestFile = 256 << 10;  // bytes

tl::unexpected<std::string> no_text(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

CredentialErrand::Outcome text_of_file(const std::string& path) {
  auto file = read_whole_file(path, kLargestFile);
  if (!file) return no_text(path + " cannot be read: " + file.error());
  return std::move(file->text);
}

CredentialErrand::Outcome output_of(const ChildSpec& spec) {
  auto outcome = run_child(spec);
  if (!outcome) {
    return no_text(printable(outcome.error().subject) + ": " + outcome.error().cause);
  }
  if (outcome->exit_code == 0) return std::move(outcome->output);
  std::string why = "it ended with exit code " + std::to_string(outcome->exit_code);
  const std::string_view said = trim(first_line_said(outcome->errors));
  if (!said.empty()) why += " and said \"" + printable(said) + "\"";
  return no_text(std::move(why));
}

}  // namespace

struct CredentialErrand::State {
  const Descriptor stop{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  bool ended = false;              // the loop's
  std::optional<Outcome> outcome;  // the worker's, until it has ended
};

CredentialErrand::CredentialErrand(std::shared_ptr<State> state) : state_(std::move(state)) {}

CredentialErrand::~CredentialErrand() {
  if (state_) eventfd_write(state_->stop.get(), 1);
}

CredentialErrand CredentialErrand::read_file(const std::string& path, core::Worker& worker) {
  auto state = std::make_shared<State>();
  worker.submit([state, path] { state->outcome = text_of_file(path); },
                [state] { state->ended = true; });
  return CredentialErrand(std::move(state));
}

CredentialErrand CredentialErrand::run(const std::vector<std::string>& words,
                                       core::Worker& worker) {
  auto state = std::make_shared<State>();
  ChildSpec spec;
  spec.words = words;
  spec.stop_fd = state->stop.get();
  worker.submit([state, spec = std::move(spec)] { state->outcome = output_of(spec); },
                [state] { state->ended = true; });
  return CredentialErrand(std::move(state));
}

bool CredentialErrand::ended() const { return state_->ended; }

std::optional<CredentialErrand::Outcome> CredentialErrand::take_outcome() {
  if (!state_->ended) return std::nullopt;
  return std::exchange(state_->outcome, std::nullopt);
}

}  // namespace xget::remote
