// CommandRefresher: asks a command of the user's for a fresh URL. The command finds the URL that
// was given in the environment as XGET_URL, with all its secrets, and the status of the refusal as
// XGET_STATUS, and prints a URL as the first line of its output. What it writes to its standard
// error is for the user.
// Thread: loop; the command is waited for on `worker`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ports.hpp"

namespace xget::net {

class CommandRefresher final : public core::UrlRefresher {
 public:
  // `command`: the program and its arguments, not empty. `worker` must outlive it.
  CommandRefresher(std::vector<std::string> command, std::string url, core::Worker& worker);
  ~CommandRefresher() override;
  CommandRefresher(const CommandRefresher&) = delete;
  CommandRefresher& operator=(const CommandRefresher&) = delete;

  void refresh(long status, std::function<void(Answer)> done) override;
  void cancel() override;

 private:
  struct Asked;
  void forget();

  const std::vector<std::string> command_;
  const std::string url_;
  core::Worker& worker_;
  std::shared_ptr<Asked> asked_;  // null: nothing is under way
};

}  // namespace xget::net
