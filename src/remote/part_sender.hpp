// PartSender: sends those parts of an object that a store does not have yet, several at a time.
//
//   prepare (as its source does) → send, or have it copied → compare the store's ETag with the
//   digest
//
// A few parts are prepared ahead, so that connections never wait for them. How many go at a time
// the policy says, from what goes out. Thread: loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/connection_policy.hpp"
#include "remote/bucket_access.hpp"
#include "remote/counted_body.hpp"
#include "remote/customer_key.hpp"
#include "remote/part_plan.hpp"
#include "remote/part_source.hpp"
#include "remote/store_client.hpp"
#include "remote/upload_checkpoint.hpp"

namespace xget::remote {

struct PartTarget {
  std::shared_ptr<BucketAccess> bucket;
  std::string key;
  std::string name;  // "s3://bucket/key", for messages
  std::string upload_id;
  std::optional<CustomerKey> customer_key;  // which the object is to have
  bool hashes_payload = false;  // the signature needs the bytes' SHA-256: there is no TLS
  bool etags_are_md5s = true;   // false: the store encrypts, and they are none
  bool open_end = false;        // a part that is shorter than planned is the last one
  // Each time that a part is to be sent again after a wait. May be null; deletes nothing.
  std::function<void(const core::Failure& failure, Duration wait)> on_retry;
};

// What an earlier run left in the store.
struct SentBefore {
  PartRecords there;     // by its records
  PartRecords unproven;  // the store lists them by these MD5s: there where the bytes have them
};

struct PartSenderPorts {
  StoreClient& client;
  core::Clock& clock;
};

class PartSender {
 public:
  // The ports outlive it; the policy is its own.
  PartSender(PartTarget target, PartPlan plan, SentBefore before,
             std::unique_ptr<PartSource> source,
             std::unique_ptr<core::ConnectionPolicy> connections, PartSenderPorts ports);
  ~PartSender();
  PartSender(const PartSender&) = delete;
  PartSender& operator=(const PartSender&) = delete;

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return source_->next_deadline(); }

  [[nodiscard]] const PartPlan& plan() const { return plan_; }  // its end may be known by now
  [[nodiscard]] bool finished() const { return parts_.size() == plan_.count(); }
  [[nodiscard]] const std::optional<StoreFailure>& failure() const { return failure_; }
  [[nodiscard]] const PartRecords& parts() const { return parts_; }  // that the store has

  [[nodiscard]] std::uint64_t held() const;  // bytes that are there or on their way
  [[nodiscard]] std::uint64_t sent() const { return sent_; }  // bytes of parts that this one sent
  [[nodiscard]] int active() const { return static_cast<int>(sending_.size()); }

 private:
  struct Sending {
    StoreClient::QuestionId question = 0;
    PartContent content;
    std::shared_ptr<CountedBody> body;  // null: it is copied
    Instant started{};
    std::uint64_t counted = 0;  // bytes that the policy was told of
    bool again = false;         // what was sent first did not arrive as it was
  };

  void prepare_more();
  void on_prepared(std::uint64_t number, Result<PartContent> content);
  bool ends_with(std::uint64_t number, std::uint64_t length);
  void send(std::uint64_t number, PartContent content, bool again);
  void on_answer(std::uint64_t number, StoreOutcome outcome);
  void taken(std::uint64_t number, Sending part, std::string etag);
  bool is_there(std::uint64_t number, const PartContent& content);
  void tell_policy(Instant now);
  void fail_with(StoreFailure failure);
  [[nodiscard]] StoreQuestion question_for(std::uint64_t number, const Sending& part);

  const PartTarget target_;
  PartPlan plan_;
  std::unique_ptr<PartSource> source_;
  std::unique_ptr<core::ConnectionPolicy> connections_;
  PartSenderPorts ports_;
  PartRecords parts_;
  PartRecords unproven_;
  std::uint64_t next_ = 1;     // the first that may still have to be prepared
  std::size_t preparing_ = 0;  // parts
  std::map<std::uint64_t, PartContent> ready_;
  std::map<std::uint64_t, Sending> sending_;
  std::optional<StoreFailure> failure_;
  std::uint64_t held_by_parts_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace xget::remote
