// ObjectTransport: what a Source of plain HTTP asks of one object, signed, and the store's answers
// in the words of plain HTTP. So an object is downloaded by all that any other resource is: ranges,
// resumed parts, addresses, retries.
//
// Requests for the object's URL alone are signed; whatever else goes through it (where a redirect
// leads, a mirror) passes as it is. If-Range becomes If-Match, so that another version is refused
// rather than sent. A refusal is read to its end: where it teaches another region or the store's
// clock, the same is asked once more; where the object's place is another one by then, the Source
// is redirected there; else the head says in words what the store means by it.
//
// Where the bucket keeps versions, a request that wants the version of an ETag that was seen names
// it by its id, too: it is still to be had once another one has taken its place. A refusal of that
// is no refusal of the object, and the same is asked without.
// Thread: loop.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "remote/bucket_access.hpp"
#include "remote/customer_key.hpp"

namespace xget::remote {

struct ObjectSettings {
  std::string key;                          // raw
  Place place;                              // where it is asked for first
  std::vector<QueryParameter> query;        // versionId, if the user names a version
  std::optional<CustomerKey> customer_key;  // which it is encrypted with (SSE-C)
};

class ObjectTransport final : public core::Transport, private core::TransferListener {
 public:
  // `wire` must outlive it. Destroying it cancels what runs.
  ObjectTransport(core::Transport& wire, std::shared_ptr<BucketAccess> bucket,
                  ObjectSettings object);
  ~ObjectTransport() override;
  ObjectTransport(const ObjectTransport&) = delete;
  ObjectTransport& operator=(const ObjectTransport&) = delete;

  core::RequestId start(const core::HttpRequest& request,
                        core::TransferListener& listener) override;
  void cancel(core::RequestId id) override;
  void resume(core::RequestId id) override;
  std::optional<core::PathFacts> path(core::RequestId id) override;

 private:
  struct Refused {
    core::ResponseHead head;
    core::ConnectionFacts facts;
    std::string body;
  };
  // One of the object's URLs.
  struct Known {
    std::string url;
    Place place;
  };
  struct Asked {
    core::HttpRequest request;  // as it was asked here, unsigned
    core::TransferListener* listener = nullptr;
    core::RequestId wire = 0;      // 0: not under way
    const Place* place = nullptr;  // of the object, whose request is to be signed; null: another's
    bool waits = false;            // for credentials
    bool taught = false;           // a refusal was heeded
    bool pinned = false;           // its version was named
    std::optional<Refused> refused;
  };
  // The version that an answer was of.
  struct Seen {
    std::string etag;
    std::string version_id;
  };

  core::HeadVerdict on_head(core::RequestId wire, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override;
  core::Flow on_body(core::RequestId wire, std::span<const std::byte> bytes) override;
  void on_transfer_end(core::RequestId wire, const core::TransferEnd& end) override;

  [[nodiscard]] const Place* place_of(const std::string& url) const;
  [[nodiscard]] std::string url_at(const Place& place) const;
  const Known* learn_place();
  void send_once_allowed(core::RequestId id, Asked& asked);
  void send(core::RequestId id, Asked& asked);
  std::function<void(Result<void>)> credentials_come();
  void on_credentials(const Result<void>& fetched);
  [[nodiscard]] bool is_of_seen_version(const core::HttpRequest& request) const;
  void learn_version(const core::ResponseHead& head);
  bool unpin(const Asked& asked, int status);
  void on_refusal(core::RequestId id, Asked& asked);
  void tell(core::RequestId id, Asked& asked, const core::ResponseHead& head,
            const core::ConnectionFacts& facts);

  core::Transport& wire_;
  std::shared_ptr<BucketAccess> bucket_;
  ObjectSettings object_;
  std::list<Known> places_;   // where it was ever thought to be
  std::optional<Seen> seen_;  // the newest; nullopt: none that has an id
  core::RequestId last_id_ = 0;
  std::map<core::RequestId, Asked> asked_;
  std::map<core::RequestId, core::RequestId> ids_;  // by the wire's
  std::shared_ptr<bool> alive_;                     // until callbacks are of no use any more
};

}  // namespace xget::remote
