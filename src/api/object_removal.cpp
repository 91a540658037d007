#include "xget/object_removal.hpp"

#include <deque>
#include <future>
#include <utility>

#include "api/option_error.hpp"
#include "api/path_rules.hpp"
#include "api/store_desk.hpp"
#include "base/text.hpp"
#include "remote/deletion_request.hpp"
#include "remote/glob_filter.hpp"
#include "remote/object_url.hpp"
#include "remote/store_bodies.hpp"
#include "xget/object_listing.hpp"

namespace xget {
namespace {

constexpr std::size_t kMostBatches = 4;   // on their way at once, of kMostDeleted keys
constexpr std::size_t kMostSingles = 32;  // likewise, requests for one key

// What is to be deleted.
struct Doomed {
  std::string key;
  std::optional<std::uint64_t> size;
};

// Where objects go from: a tree, or a bucket and names in it.
struct Place {
  api::PrefixRequest request;
  std::string tree;               // URL
  std::deque<std::string> named;  // keys
};

// Some of one bucket, in one request.
struct Sent {
  const api::PrefixRequest& place;
  std::vector<Doomed> objects;
  std::vector<std::string> keys;  // theirs
  bool together = false;          // else it is one alone
  std::future<remote::StoreOutcome> answer;
};

std::string url_of(const api::PrefixRequest& place, const std::string& key) {
  return to_text(remote::ObjectUrl{place.bucket.endpoint.store, place.bucket.bucket, key});
}

}  // namespace

class ObjectRemoval::Impl {
 public:
  Impl(Session& session, RemovalSpec spec, std::vector<Place> places, remote::GlobFilter filter)
      : session_(session),
        desk_(api::SessionAccess::store_desk(session)),
        spec_(std::move(spec)),
        places_(std::move(places)),
        filter_(std::move(filter)) {}

  ~Impl() {
    for (Sent& sent : sent_) sent.answer.wait();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::optional<RemovedObject>> next() {
    while (done_.empty()) {
      send();
      if (!done_.empty()) break;
      if (sent_.empty() && failed_) return fail(*failed_);
      if (sent_.empty()) return std::nullopt;
      settle();
    }
    RemovedObject removed = std::move(done_.front());
    done_.pop_front();
    return removed;
  }

 private:
  [[nodiscard]] const api::PrefixRequest& place() const { return places_[at_].request; }

  // ---- there --------------------------------------------------------------------------------

  // As much as may be on its way at once.
  void send() {
    while (!failed_ && at_ < places_.size() && sent_.size() < kMostSingles && done_.empty()) {
      auto object = next_object();
      if (!object) {
        failed_ = std::move(object.error());
      } else if (*object) {
        take(std::move(**object));
      } else {
        send_batch();
        leave_place();
      }
      if (batches_ >= kMostBatches) return;
    }
  }

  void leave_place() {
    ++at_;
    listing_.reset();
  }

  Result<std::optional<Doomed>> next_object() {
    if (!spec_.tree) {
      std::deque<std::string>& named = places_[at_].named;
      if (named.empty()) return std::nullopt;
      Doomed object{std::move(named.front()), std::nullopt};
      named.pop_front();
      return object;
    }
    if (!listing_) {
      auto opened = ObjectListing::open(session_, {.url = places_[at_].tree,
                                                   .after = "",
                                                   .folders = false,
                                                   .side = spec_.side,
                                                   .tree = true});
      if (!opened) return fail(std::move(opened.error()));
      listing_.emplace(*std::move(opened));
    }
    while (true) {
      auto listed = listing_->next();
      if (!listed) return fail(std::move(listed.error()));
      if (!*listed) return std::nullopt;
      if (filter_.takes(path_of((*listed)->key))) {
        return Doomed{std::move((*listed)->key), (*listed)->size};
      }
    }
  }

  // As the rules mean it. The place itself goes by its own name.
  [[nodiscard]] std::string_view path_of(std::string_view key) const {
    const std::string& prefix = place().prefix;
    if (key == prefix) return key.substr(key.rfind('/') + 1);
    const bool slash = !prefix.empty() && !prefix.ends_with('/');
    return key.substr(prefix.size() + (slash ? 1 : 0));
  }

  // One that is named alone is asked for as such, which every store and every policy knows.
  [[nodiscard]] bool has_others() const {
    return spec_.tree || !batch_.empty() || !places_[at_].named.empty();
  }

  void take(Doomed object) {
    if (spec_.dry_run) {
      done_.push_back({url_of(place(), object.key), object.size, std::nullopt});
    } else if (has_others() && remote::goes_with_others(object.key)) {
      batch_.push_back(std::move(object));
      if (batch_.size() == remote::kMostDeleted) send_batch();
    } else {
      const std::string key = object.key;
      std::vector<Doomed> one;
      one.push_back(std::move(object));
      ask(std::move(one), {key}, false);
    }
  }

  void send_batch() {
    if (batch_.empty()) return;
    std::vector<std::string> keys;
    keys.reserve(batch_.size());
    for (const Doomed& object : batch_) keys.push_back(object.key);
    ++batches_;
    ask(std::exchange(batch_, {}), std::move(keys), true);
  }

  void ask(std::vector<Doomed> objects, std::vector<std::string> keys, bool together) {
    auto question =
        together ? remote::deletion_of(keys) : remote::deletion_of(keys.front(), spec_.version_id);
    question.subject = printable(url_of(place(), together ? "" : keys.front()));
    auto answer = desk_.ask(place().bucket, std::move(question));
    sent_.push_back({place(), std::move(objects), std::move(keys), together, std::move(answer)});
  }

  // ---- and back -----------------------------------------------------------------------------

  // The oldest that is on its way.
  void settle() {
    Sent sent = std::move(sent_.front());
    sent_.pop_front();
    if (sent.together) --batches_;
    remote::StoreOutcome outcome = sent.answer.get();
    const bool gone = !outcome && outcome.error().trouble == remote::StoreTrouble::NoKey;
    if (!sent.together && (outcome || gone)) return tell(sent, {std::nullopt});
    if (!outcome) return all_failed(sent, outcome.error().error);
    auto outcomes = remote::read_deletion(outcome->body, sent.keys);
    if (!outcomes) return all_failed(sent, outcomes.error());
    tell(sent, *std::move(outcomes));
  }

  // A request for many that fails would fail for the rest, too.
  void all_failed(const Sent& sent, Error error) {
    if (error.subject.empty()) error.subject = sent.place.name;
    if (sent.together || error.code == ErrorCode::Interrupted) {
      if (!failed_) failed_ = std::move(error);
      return;
    }
    tell(sent, {std::move(error)});
  }

  void tell(const Sent& sent, std::vector<std::optional<Error>> outcomes) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      std::string url = url_of(sent.place, sent.objects[i].key);
      if (outcomes[i]) outcomes[i]->subject = printable(url);
      done_.push_back({std::move(url), sent.objects[i].size, std::move(outcomes[i])});
    }
  }

  Session& session_;
  api::StoreDesk& desk_;
  const RemovalSpec spec_;
  std::vector<Place> places_;
  const remote::GlobFilter filter_;
  std::size_t at_ = 0;  // which of the places
  std::optional<ObjectListing> listing_;
  std::vector<Doomed> batch_;
  std::deque<Sent> sent_;
  std::size_t batches_ = 0;  // of these
  std::deque<RemovedObject> done_;
  std::optional<Error> failed_;  // nothing more is sent
};

namespace {

Result<std::vector<Place>> places_of(const RemovalSpec& spec, api::ObjectStores& stores) {
  std::vector<Place> places;
  for (const std::string& url : spec.urls) {
    if (!spec.tree) {
      if (auto object = stores.find_object(url, spec.side); !object) {
        return fail(std::move(object.error()));
      }
    }
    auto request = stores.find_prefix(url, spec.side);
    if (!request) return fail(std::move(request.error()));
    if (spec.tree) {
      places.push_back({*std::move(request), url, {}});
      continue;
    }
    const remote::BucketSettings& bucket = request->bucket;
    if (places.empty() || places.back().request.bucket.bucket != bucket.bucket ||
        places.back().request.bucket.endpoint.store != bucket.endpoint.store) {
      places.push_back({*request, "", {}});
    }
    places.back().named.push_back(std::move(request->prefix));
  }
  return places;
}

}  // namespace

Result<ObjectRemoval> ObjectRemoval::open(Session& session, RemovalSpec spec) {
  if (!spec.version_id.empty() && (spec.tree || spec.urls.size() != 1)) {
    return api::option_error("--version-id", "is of one object");
  }
  auto places = places_of(spec, api::SessionAccess::store_desk(session).stores());
  if (!places) return fail(std::move(places.error()));
  auto filter = api::filter_of(spec.rules);
  if (!filter) return fail(std::move(filter.error()));
  return ObjectRemoval(
      std::make_unique<Impl>(session, std::move(spec), *std::move(places), *std::move(filter)));
}

ObjectRemoval::ObjectRemoval(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ObjectRemoval::~ObjectRemoval() = default;
ObjectRemoval::ObjectRemoval(ObjectRemoval&&) noexcept = default;
ObjectRemoval& ObjectRemoval::operator=(ObjectRemoval&&) noexcept = default;

Result<std::optional<RemovedObject>> ObjectRemoval::next() { return impl_->next(); }

}  // namespace xget
