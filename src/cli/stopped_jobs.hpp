// StoppedJobs: what is said of the downloads that were stopped before their end. A few are told one
// by one; of many, one line says how much of them stays and where, since two lines for each would
// push what failed off the screen.
// Thread: one; no I/O.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "xget/event.hpp"

namespace xget::cli {

enum class StoppedBy {
  User,
  Failure,  // of another download (--fail-fast)
};

class StoppedJobs {
 public:
  static constexpr std::size_t kMostTold = 5;

  void add(const Failed& failed);  // as Interrupted

  // Once all have ended. Empty where none was stopped.
  [[nodiscard]] std::string text(StoppedBy by) const;

 private:
  [[nodiscard]] std::string each(StoppedBy by) const;
  [[nodiscard]] std::string together() const;
  [[nodiscard]] std::string places() const;

  std::vector<Failed> told_;       // the first of them
  std::set<std::string> folders_;  // some of those where anything is kept
  std::size_t count_ = 0;
  std::size_t kept_ = 0;  // of those
};

}  // namespace xget::cli
