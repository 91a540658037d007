#include "remote/object_transport.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "remote/object_head.hpp"
#include "remote/object_version.hpp"
#include "remote/refusal_meaning.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kLargestRefusal = 64 * 1024;  // bytes of its body; what follows is cut off
constexpr std::size_t kMostPlaces = 4;              // of one object, as answers say it moved

// What a Source can judge by itself needs no reading.
bool is_refusal(int status) { return status >= 300 && status != 304 && status != 416; }

}  // namespace

ObjectTransport::ObjectTransport(core::Transport& wire, std::shared_ptr<BucketAccess> bucket,
                                 ObjectSettings object)
    : wire_(wire),
      bucket_(std::move(bucket)),
      object_(std::move(object)),
      alive_(std::make_shared<bool>(true)) {
  places_.push_back({url_at(object_.place), object_.place});
}

ObjectTransport::~ObjectTransport() {
  for (const auto& [wire, id] : ids_) wire_.cancel(wire);
}

// ---- there ----------------------------------------------------------------------------------

core::RequestId ObjectTransport::start(const core::HttpRequest& request,
                                       core::TransferListener& listener) {
  const core::RequestId id = ++last_id_;
  Asked& asked = asked_[id];
  asked.request = request;
  asked.listener = &listener;
  asked.place = place_of(request.url);
  send_once_allowed(id, asked);
  return id;
}

void ObjectTransport::cancel(core::RequestId id) {
  const auto asked = asked_.extract(id);
  if (asked.empty() || asked.mapped().wire == 0) return;
  ids_.erase(asked.mapped().wire);
  wire_.cancel(asked.mapped().wire);
}

void ObjectTransport::resume(core::RequestId id) {
  const auto asked = asked_.find(id);
  if (asked != asked_.end() && asked->second.wire != 0) wire_.resume(asked->second.wire);
}

std::optional<core::PathFacts> ObjectTransport::path(core::RequestId id) {
  const auto asked = asked_.find(id);
  if (asked == asked_.end() || asked->second.wire == 0) return std::nullopt;
  return wire_.path(asked->second.wire);
}

std::string ObjectTransport::url_at(const Place& place) const {
  return url_of(place, encoded_query(place.store, object_.query));
}

const Place* ObjectTransport::place_of(const std::string& url) const {
  const auto known = std::find_if(places_.begin(), places_.end(),
                                  [&](const Known& each) { return each.url == url; });
  return known == places_.end() ? nullptr : &known->place;
}

// Others may have learnt where the bucket is.
const ObjectTransport::Known* ObjectTransport::learn_place() {
  const auto place = bucket_->place(object_.key);
  if (!place) return nullptr;  // it was checked: the region that a store says makes no host
  std::string url = url_at(*place);
  const auto known = std::find_if(places_.begin(), places_.end(),
                                  [&](const Known& each) { return each.url == url; });
  if (known != places_.end()) return &*known;
  if (places_.size() == kMostPlaces) return nullptr;
  return &places_.emplace_back(Known{std::move(url), *place});
}

void ObjectTransport::send_once_allowed(core::RequestId id, Asked& asked) {
  if (asked.place == nullptr || bucket_->have_credentials(credentials_come())) {
    return send(id, asked);
  }
  asked.waits = true;
}

std::function<void(Result<void>)> ObjectTransport::credentials_come() {
  return [this, alive = std::weak_ptr<bool>(alive_)](const Result<void>& fetched) {
    if (!alive.expired()) on_credentials(fetched);
  };
}

void ObjectTransport::on_credentials(const Result<void>& fetched) {
  std::vector<core::RequestId> waiting;
  for (const auto& [id, asked] : asked_) {
    if (asked.waits) waiting.push_back(id);
  }
  for (const core::RequestId id : waiting) {
    const auto found = asked_.find(id);
    if (found == asked_.end()) continue;  // cancelled by what was told to another
    found->second.waits = false;
    if (fetched) {
      send(id, found->second);
      continue;
    }
    const auto asked = asked_.extract(found);
    asked.mapped().listener->on_transfer_end(
        id, {.status = core::TransferStatus::Unusable, .cause = to_string(fetched.error())});
  }
}

void ObjectTransport::send(core::RequestId id, Asked& asked) {
  core::HttpRequest request = asked.request;
  if (asked.place != nullptr) {
    std::vector<core::Header> fields = object_fields(request.headers, asked.place->store);
    add_key(object_.customer_key, fields);
    asked.pinned = is_of_seen_version(request);
    core::HttpRequest signed_request = bucket_->request_for(
        {.method = request.method,
         .key = object_.key,
         .query = asked.pinned ? query_of_version(seen_->version_id) : object_.query,
         .headers = fields},
        *asked.place);
    request.url = std::move(signed_request.url);
    request.headers = std::move(signed_request.headers);
  }
  asked.wire = wire_.start(request, *this);
  ids_.emplace(asked.wire, id);
}

bool ObjectTransport::is_of_seen_version(const core::HttpRequest& request) const {
  if (!seen_ || !object_.query.empty() || !bucket_->may_name_versions()) return false;
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const core::Header& each) {
    return equals_ignoring_case(each.name, "If-Range") && each.value == seen_->etag;
  });
}

// ---- and back -------------------------------------------------------------------------------

core::HeadVerdict ObjectTransport::on_head(core::RequestId wire, const core::ResponseHead& head,
                                           const core::ConnectionFacts& facts) {
  const auto known = ids_.find(wire);
  if (known == ids_.end()) return core::HeadVerdict::Refuse;
  const core::RequestId id = known->second;
  Asked& asked = asked_.at(id);
  if (asked.place == nullptr) return asked.listener->on_head(id, head, facts);
  if (!is_refusal(head.status)) {
    learn_version(head);
    return asked.listener->on_head(id, plain_head(head), facts);
  }
  asked.refused = Refused{head, facts, {}};
  return core::HeadVerdict::Accept;
}

core::Flow ObjectTransport::on_body(core::RequestId wire, std::span<const std::byte> bytes) {
  const auto known = ids_.find(wire);
  if (known == ids_.end()) return core::Flow::Stop;
  Asked& asked = asked_.at(known->second);
  if (!asked.refused) return asked.listener->on_body(known->second, bytes);
  std::string& body = asked.refused->body;
  const std::size_t room = std::min(bytes.size(), kLargestRefusal - body.size());
  body.append(reinterpret_cast<const char*>(bytes.data()), room);
  return body.size() == kLargestRefusal ? core::Flow::Stop : core::Flow::Continue;
}

void ObjectTransport::on_transfer_end(core::RequestId wire, const core::TransferEnd& end) {
  const auto known = ids_.extract(wire);
  if (known.empty()) return;
  const core::RequestId id = known.mapped();
  Asked& asked = asked_.at(id);
  asked.wire = 0;
  if (asked.refused) return on_refusal(id, asked);
  const auto ended = asked_.extract(id);
  ended.mapped().listener->on_transfer_end(id, end);
}

void ObjectTransport::on_refusal(core::RequestId id, Asked& asked) {
  const Refused refused = *std::exchange(asked.refused, std::nullopt);
  const StoreError error = parse_store_error(refused.body);
  const bool heeded = std::exchange(asked.taught, true);
  if (!heeded && trouble_of(error, refused.head.status) == StoreTrouble::NewCredentials) {
    asked.waits = true;
    return bucket_->renew_credentials(credentials_come());
  }
  if (unpin(asked, refused.head.status)) return send_once_allowed(id, asked);
  if (heeded || !bucket_->learn(refused.head, error)) {
    core::ResponseHead head = refused.head;
    head.meaning =
        meaning_of(error, refused.head.status, {bucket_->store(), bucket_->bucket(), object_.key});
    return tell(id, asked, head, refused.facts);
  }
  const Known* now = learn_place();
  if (now == nullptr || now->url == asked.request.url) return send_once_allowed(id, asked);
  log::debug("the object is at " + now->url);
  tell(id, asked, {.status = 307, .headers = {{"Location", now->url}}, .meaning = {}},
       refused.facts);
}

void ObjectTransport::learn_version(const core::ResponseHead& head) {
  const auto etag = head.find("ETag");
  std::string version_id = lasting_version(head);
  if (etag && !version_id.empty()) seen_ = Seen{std::string(*etag), std::move(version_id)};
}

// Whether to ask again without.
bool ObjectTransport::unpin(const Asked& asked, int status) {
  if (!asked.pinned || !may_be_for_the_version(status)) return false;
  const bool gone = status == 404 || status == 405;
  if (gone) {
    seen_.reset();
  } else {
    bucket_->name_no_versions();
  }
  return true;
}

// Its body has been read.
void ObjectTransport::tell(core::RequestId id, Asked& asked, const core::ResponseHead& head,
                           const core::ConnectionFacts& facts) {
  const auto verdict = asked.listener->on_head(id, head, facts);
  const auto ended = asked_.extract(id);
  if (ended.empty()) return;  // cancelled meanwhile
  const bool refused = verdict == core::HeadVerdict::Refuse;
  ended.mapped().listener->on_transfer_end(
      id, {.status = refused ? core::TransferStatus::Cancelled : core::TransferStatus::Ok});
}

}  // namespace xget::remote
