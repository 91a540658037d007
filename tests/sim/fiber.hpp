// Fiber: a function with a stack of its own that can stop in the middle and go on later, so that
// a worker's task and the loop interleave in virtual time on one real thread.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace xget::sim {

class Fiber {
 public:
  Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs `body` until it pauses or returns. Only when not active.
  void start(std::function<void()> body);
  // Goes on after a pause until the next one or the end. Only when active.
  void resume();
  // Inside the body: back to whoever started or resumed it.
  void pause();
  [[nodiscard]] bool active() const { return active_; }  // begun and not yet at its end

 private:
  static void entry(unsigned high, unsigned low);
  void run();
  void switch_in();

  std::unique_ptr<std::byte[]> stack_;
  ucontext_t inside_{};
  ucontext_t outside_{};
  std::function<void()> body_;
  bool active_ = false;
  // Where the outside's stack lies, for AddressSanitizer alone.
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
};

}  // namespace xget::sim
