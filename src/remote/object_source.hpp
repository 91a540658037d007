// ObjectSource: an object of a store that becomes another one. Where both are in one store that one
// copies it, and nothing is sent.
// Thread: loop.
#pragma once

#include <memory>
#include <string>

#include "remote/copied_parts.hpp"
#include "remote/store_client.hpp"
#include "remote/upload_source.hpp"

namespace xget::remote {

struct ObjectSourceSettings {
  ObjectUrl object;
  std::string name;              // "s3://bucket/key", for messages
  bool in_store = false;         // where the copy goes
  StoreKind to = StoreKind::S3;  // likewise
};

struct ObjectSourcePorts {
  StoreClient& client;
  core::Worker& worker;
};

class ObjectSource final : public UploadSource {
 public:
  // The ports outlive it.
  ObjectSource(ObjectSourceSettings settings, std::shared_ptr<BucketAccess> bucket,
               ObjectSourcePorts ports);
  ~ObjectSource() override;
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;

  void open(TellRetry tell_retry, Opened done) override;
  void identify(const PartPlan& plan, Identified done) override;
  std::unique_ptr<PartSource> parts() override;
  bool changed() override { return false; }  // what is asked of it is pinned to its version
  // Not every store heeds the condition on what it copies.
  void look_again(LookedAgain done) override;
  void stop() override;
  [[nodiscard]] Proof proof() const override;

 private:
  // One version, as HEAD tells it.
  struct Seen {
    std::uint64_t size = 0;
    std::string etag;
    std::string modified;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  void look(std::function<void(StoreOutcome)> done);
  Result<SourceFacts> take(const StoreOutcome& outcome);
  [[nodiscard]] Error refusal(const StoreFailure& failure) const;

  const ObjectSourceSettings settings_;
  std::shared_ptr<BucketAccess> bucket_;
  ObjectSourcePorts ports_;
  TellRetry tell_retry_;
  StoreClient::QuestionId question_ = 0;  // 0: nothing is asked
  Seen seen_;
  std::string md5_;     // of its bytes; empty: not known
  std::string sha256_;  // likewise
};

}  // namespace xget::remote
