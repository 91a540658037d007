#include "sim/fiber.hpp"

#include <cstdint>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace xget::sim {
namespace {

// Enough for a JSON document being parsed under AddressSanitizer; only touched pages cost memory.
constexpr std::size_t kStackBytes = 1U << 20;

// AddressSanitizer has to be told about every change of stacks. A leaving fiber that will never
// come back passes no place to keep its fake stack.
void before_switch([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* stack,
                   [[maybe_unused]] std::size_t size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(fake_stack, stack, size);
#endif
}

void after_switch([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** stack,
                  [[maybe_unused]] std::size_t* size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack, stack, size);
#endif
}

}  // namespace

Fiber::Fiber() : stack_(std::make_unique_for_overwrite<std::byte[]>(kStackBytes)) {}

void Fiber::start(std::function<void()> body) {
  body_ = std::move(body);
  active_ = true;
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_.get();
  inside_.uc_stack.ss_size = kStackBytes;
  inside_.uc_link = nullptr;
  // makecontext passes ints alone: the pointer travels in two halves.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::entry), 2,
              static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  switch_in();
}

void Fiber::resume() { switch_in(); }

void Fiber::switch_in() {
  void* fake_stack = nullptr;
  before_switch(&fake_stack, stack_.get(), kStackBytes);
  swapcontext(&outside_, &inside_);
  after_switch(fake_stack, nullptr, nullptr);
}

void Fiber::pause() {
  void* fake_stack = nullptr;
  before_switch(&fake_stack, outside_stack_, outside_size_);
  swapcontext(&inside_, &outside_);
  after_switch(fake_stack, &outside_stack_, &outside_size_);
}

void Fiber::entry(unsigned high, unsigned low) {
  const auto self = (static_cast<std::uintptr_t>(high) << 32) | low;
  reinterpret_cast<Fiber*>(self)->run();
}

void Fiber::run() {
  after_switch(nullptr, &outside_stack_, &outside_size_);
  body_();
  body_ = nullptr;
  active_ = false;
  before_switch(nullptr, outside_stack_, outside_size_);
  setcontext(&outside_);
}

}  // namespace xget::sim
