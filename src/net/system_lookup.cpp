#include "net/system_lookup.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/quiet_thread.hpp"

namespace xget::net {
namespace {

// Nothing may leave the root of a thread.
SystemAnswer answer_or_failure(const SystemLookup::Function& function, const std::string& host) {
  try {
    return function(host);
  } catch (...) {
    return {{}, EAI_MEMORY};
  }
}

}  // namespace

SystemAnswer look_up_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  SystemAnswer answer;
  answer.failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (answer.failure != 0) return answer;
  for (const addrinfo* it = found; it != nullptr; it = it->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(it->ai_addr, it->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0)
      continue;
    auto& all = answer.addresses;
    if (std::find(all.begin(), all.end(), text.data()) == all.end()) all.emplace_back(text.data());
  }
  freeaddrinfo(found);
  if (answer.addresses.empty()) answer.failure = EAI_NONAME;
  return answer;
}

struct SystemLookup::Shared {
  Function function;
  std::function<void()> wake;

  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::deque<std::string> waiting;
  std::deque<Answer> answers;
  bool busy = false;  // inside `function`
  bool closed = false;
};

SystemLookup::SystemLookup(Function function, std::function<void()> wake)
    : shared_(std::make_shared<Shared>()) {
  shared_->function = std::move(function);
  shared_->wake = std::move(wake);
}

SystemLookup::~SystemLookup() {
  if (!helper_.joinable()) return;
  bool busy = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
    busy = shared_->busy;
  }
  shared_->changed.notify_all();
  if (busy)
    helper_.detach();
  else
    helper_.join();
}

bool SystemLookup::submit(const std::string& host) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->waiting.size() >= kMaxSystemLookups) return false;
    shared_->waiting.push_back(host);
  }
  if (!helper_.joinable()) helper_ = start_without_signals([shared = shared_] { work(shared); });
  shared_->changed.notify_one();
  return true;
}

std::optional<SystemLookup::Answer> SystemLookup::take() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->answers.empty()) return std::nullopt;
  Answer answer = std::move(shared_->answers.front());
  shared_->answers.pop_front();
  return answer;
}

void SystemLookup::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->changed.wait(lock, [&] { return shared->closed || !shared->waiting.empty(); });
    if (shared->closed) return;
    const std::string host = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    shared->busy = true;
    lock.unlock();
    SystemAnswer answer = answer_or_failure(shared->function, host);
    lock.lock();
    shared->busy = false;
    if (shared->closed) return;
    shared->answers.push_back({host, std::move(answer)});
    // Under the lock: the destructor cannot have finished, so what `wake` wakes is still there.
    shared->wake();
  }
}

}  // namespace xget::net
