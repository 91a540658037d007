// ObjectSource: an object of a store that becomes another one. Where both are in one store that one
// copies it, and nothing is sent; else, or where it refuses, the bytes are fetched and sent.
// Thread: loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remote/copied_parts.hpp"
#include "remote/customer_key.hpp"
#include "remote/store_client.hpp"
#include "remote/upload_source.hpp"
#include "remote/web_source.hpp"

namespace xget::remote {

struct ObjectSourceSettings {
  ObjectUrl object;
  std::string name;              // "s3://bucket/key", for messages
  std::string version_id;        // empty: the version that is there, which the copy is pinned to
  bool in_store = false;         // where the copy goes, which is asked to copy it
  StoreKind to = StoreKind::S3;  // likewise
  std::optional<CustomerKey> customer_key;  // which it is encrypted with
};

struct ObjectSourcePorts {
  StoreClient& client;
  core::Worker& worker;
};

class ObjectSource final : public UploadSource {
 public:
  // `relay`: of the object's bytes; null: they are not fetched. The ports outlive it.
  ObjectSource(ObjectSourceSettings settings, std::shared_ptr<BucketAccess> bucket,
               std::unique_ptr<WebSource> relay, ObjectSourcePorts ports);
  ~ObjectSource() override;
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;

  void open(TellRetry tell_retry, Opened done) override;
  void identify(const PartPlan& plan, Identified done) override;
  std::unique_ptr<PartSource> parts() override;
  bool changed() override { return false; }  // what is asked of it is pinned to its version
  // Not every store heeds the condition on what it copies.
  void look_again(LookedAgain done) override;
  std::optional<std::string> other_way(StoreTrouble trouble) override;
  void stop() override;
  [[nodiscard]] Proof proof() const override;

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;

 private:
  // One version, as HEAD tells it.
  struct Seen {
    std::uint64_t size = 0;
    std::string etag;
    std::string modified;
    std::string version_id;  // empty: it has none
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  // `version_id` empty: at what is there now.
  void look(const std::string& version_id, std::function<void(StoreOutcome)> done);
  Result<SourceFacts> take(const StoreOutcome& outcome);
  void open_relay(SourceFacts facts, Opened done);
  [[nodiscard]] Error refusal(const StoreFailure& failure) const;
  [[nodiscard]] bool is_pinned() const;
  // Which the store is asked to copy; empty: what is there.
  [[nodiscard]] const std::string& copied_version() const;

  const ObjectSourceSettings settings_;
  std::shared_ptr<BucketAccess> bucket_;
  const std::unique_ptr<WebSource> relay_;
  ObjectSourcePorts ports_;
  bool in_store_;
  TellRetry tell_retry_;
  StoreClient::QuestionId question_ = 0;  // 0: nothing is asked
  Seen seen_;
  std::string md5_;     // of its bytes; empty: not known
  std::string sha256_;  // likewise
};

}  // namespace xget::remote
