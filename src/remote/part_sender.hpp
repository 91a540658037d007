// PartSender: sends those parts of a file that a store does not have yet, several at a time.
//
//   digest (on a worker) → send → compare the store's ETag with the digest
//
// A few parts are digested ahead, so that connections never wait for the worker; a part is read
// again from the page cache as it is sent, and none is held in memory. How many go at a time the
// policy says, from what goes out.
// Thread: loop.
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
#include "remote/file_digests.hpp"
#include "remote/file_part.hpp"
#include "remote/part_plan.hpp"
#include "remote/store_client.hpp"
#include "remote/upload_checkpoint.hpp"

namespace xget::remote {

struct PartTarget {
  std::shared_ptr<BucketAccess> bucket;
  std::string key;
  std::string name;  // "s3://bucket/key", for messages
  std::string upload_id;
  std::vector<core::Header> headers;  // for each part: keys of SSE-C
  bool hashes_payload = false;        // the signature needs the bytes' SHA-256: there is no TLS
  bool etags_are_md5s = true;         // false: the store encrypts, and they are none
  // Each time that a part is to be sent again after a wait. May be null; deletes nothing.
  std::function<void(const core::Failure& failure, Duration wait)> on_retry;
};

struct PartSenderPorts {
  StoreClient& client;
  core::Clock& clock;
  core::Worker& worker;
};

class PartSender {
 public:
  // `there`: what the store has. The ports outlive it; the policy is its own.
  PartSender(PartTarget target, PartPlan plan, PartRecords there, std::shared_ptr<core::File> file,
             std::unique_ptr<core::ConnectionPolicy> connections, PartSenderPorts ports);
  ~PartSender();
  PartSender(const PartSender&) = delete;
  PartSender& operator=(const PartSender&) = delete;

  void on_time(Instant now);

  [[nodiscard]] bool finished() const { return parts_.size() == plan_.count(); }
  [[nodiscard]] const std::optional<StoreFailure>& failure() const { return failure_; }
  [[nodiscard]] const PartRecords& parts() const { return parts_; }  // that the store has

  [[nodiscard]] std::uint64_t held() const;  // bytes that are there or on their way
  [[nodiscard]] std::uint64_t sent() const { return sent_; }  // bytes of parts that this one sent
  [[nodiscard]] int active() const { return static_cast<int>(sending_.size()); }

 private:
  struct Digesting;
  struct Sending {
    StoreClient::QuestionId question = 0;
    std::shared_ptr<FilePart> body;
    PartDigests digests;
    Instant started{};
    std::uint64_t counted = 0;  // bytes that the policy was told of
    bool again = false;         // what was sent first did not arrive as it was
  };

  void digest_next();
  void on_digested(std::uint64_t number, Result<PartDigests> digests);
  void send(std::uint64_t number, PartDigests digests, bool again);
  void on_answer(std::uint64_t number, StoreOutcome outcome);
  void taken(std::uint64_t number, Sending part, std::string etag);
  void tell_policy(Instant now);
  void fail_with(StoreFailure failure);
  [[nodiscard]] StoreQuestion question_for(std::uint64_t number, const Sending& part);

  const PartTarget target_;
  const PartPlan plan_;
  std::shared_ptr<core::File> file_;
  std::unique_ptr<core::ConnectionPolicy> connections_;
  PartSenderPorts ports_;
  PartRecords parts_;
  std::uint64_t next_ = 1;                // the first that may still have to be digested
  std::shared_ptr<Digesting> digesting_;  // null: no part is
  std::map<std::uint64_t, PartDigests> ready_;
  std::map<std::uint64_t, Sending> sending_;
  std::optional<StoreFailure> failure_;
  std::uint64_t held_by_parts_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace xget::remote
