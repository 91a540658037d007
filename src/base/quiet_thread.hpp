// Threads that no signal interrupts: signals are for those that know what to do about them.
#pragma once

#include <functional>
#include <thread>

namespace xget {

// A thread inherits its maker's signal mask: this one's blocks all. Throws std::system_error if the
// system gives no thread.
std::thread start_without_signals(std::function<void()> body);

}  // namespace xget
