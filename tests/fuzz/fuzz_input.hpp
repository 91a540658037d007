// What every fuzz target stands on: values drawn from the fuzzer's bytes, and a check that ends the
// process where a property does not hold.
// Thread: one; a target keeps nothing between two inputs.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace xget::fuzz {

// Both libFuzzer and replay_main.cpp report the input that led here.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

// Draws from the front of the bytes. An input that has run out gives empty texts, so every input
// means something.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return left_.empty(); }
  [[nodiscard]] std::string_view left() const { return left_; }

  // The next line, without its end. Texts are lines so that a corpus can be read and written by
  // hand.
  std::string_view line() {
    const auto end = left_.find('\n');
    const auto text = left_.substr(0, end);
    left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
    return text;
  }
  std::string_view rest() {
    const auto text = left_;
    left_ = {};
    return text;
  }

 private:
  std::string_view left_;
};

}  // namespace xget::fuzz
