// Originals: which finished files of the session others can be made from.
// Thread: loop.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/same_bytes.hpp"

namespace xget::engine {

class Originals {
 public:
  // A list may be without end; what is forgotten is fetched once more.
  static constexpr std::size_t kMost = 1U << 14;

  // `content` as core::content_named_by, not empty. One that was known for it is replaced.
  void remember(const std::string& content, core::Original original);
  void forget(const std::string& content);
  [[nodiscard]] std::optional<core::Original> find(const std::string& content) const;

  // True once: the user is told that room cannot be shared here, and need not hear it of each file.
  bool first_to_say_so() { return !std::exchange(said_so_, true); }

 private:
  std::unordered_map<std::string, core::Original> known_;
  std::deque<std::string> oldest_first_;  // all that are known, and some that are forgotten
  bool said_so_ = false;
};

}  // namespace xget::engine
