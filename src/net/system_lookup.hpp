// SystemLookup: getaddrinfo on a thread of its own, for names that only the system's own ways know
// (mDNS, other nsswitch sources) and for when asking the name servers directly fails.
//
// Threads: its functions are for the loop's thread; the lookup function runs on the helper, which
// is made at the first use. The destructor waits for an idle helper but not for one that is inside
// the lookup function: a name service that hangs must not hold up the exit. That helper ends by
// itself, and the function must not touch what may be gone by then.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace xget::net {

inline constexpr std::size_t kMaxSystemLookups = 64;  // waiting ones

struct SystemAnswer {
  std::vector<std::string> addresses;  // IP literals in the system's order, no duplicates
  int failure = 0;                     // an EAI_ code; 0: addresses is not empty
};

// Blocks for as long as the system likes.
SystemAnswer look_up_by_system(const std::string& host);

class SystemLookup {
 public:
  using Function = std::function<SystemAnswer(const std::string& host)>;
  struct Answer {
    std::string host;
    SystemAnswer answer;
  };

  // `wake` is called on the helper when an answer is there, never after the destructor. It must
  // not call back into this object.
  SystemLookup(Function function, std::function<void()> wake);
  ~SystemLookup();
  SystemLookup(const SystemLookup&) = delete;
  SystemLookup& operator=(const SystemLookup&) = delete;

  // False: too many wait already.
  bool submit(const std::string& host);
  // The next answer that is there.
  std::optional<Answer> take();

 private:
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
  std::thread helper_;
};

}  // namespace xget::net
