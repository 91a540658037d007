// StoreDesk: where a session's callers, on threads of their own, ask stores. A question goes to the
// loop thread, its answer comes as a future; an interrupted session answers all of them at once.
// Thread: any, where nothing else is said. It lives as long as the session does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>

#include "api/object_stores.hpp"
#include "remote/store_client.hpp"

namespace xget {
class Session;
}

namespace xget::api {

class StoreDesk {
 public:
  using OnLoop = std::function<void(std::function<void()> call)>;  // later, on the loop thread

  // They outlive it.
  StoreDesk(ObjectStores& stores, remote::StoreClient& client, OnLoop on_loop)
      : stores_(stores), client_(client), on_loop_(std::move(on_loop)) {}

  [[nodiscard]] ObjectStores& stores() { return stores_; }

  // The future's value comes in any case: as ErrorCode::Interrupted where the session ends first.
  std::future<remote::StoreOutcome> ask(const remote::BucketSettings& bucket,
                                        remote::StoreQuestion question);

  // Likewise. The request itself is not made: its URL is for others.
  std::future<Result<PresignedUrl>> presign(const remote::BucketSettings& bucket,
                                            const remote::BucketQuestion& question,
                                            std::chrono::seconds lifetime);

  void interrupt();  // the loop's

 private:
  // What is called can be copied, a promise cannot.
  template <typename Value>
  using Answer = std::shared_ptr<std::promise<Value>>;

  // The loop's.
  void begin(const remote::BucketSettings& bucket, remote::StoreQuestion question,
             const Answer<remote::StoreOutcome>& answer);
  void begin_presigning(const remote::BucketSettings& bucket,
                        const remote::BucketQuestion& question, std::chrono::seconds lifetime,
                        const Answer<Result<PresignedUrl>>& answer);

  ObjectStores& stores_;
  remote::StoreClient& client_;
  const OnLoop on_loop_;

  // The loop's.
  std::map<std::uint64_t, std::function<void()>> open_;  // answers each as interrupted
  std::uint64_t last_ = 0;
  bool interrupted_ = false;
};

// The public headers' functions ask a session's stores through it.
struct SessionAccess {
  static StoreDesk& store_desk(Session& session);
};

}  // namespace xget::api
