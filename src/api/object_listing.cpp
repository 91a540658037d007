#include "xget/object_listing.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <utility>

#include "api/store_desk.hpp"
#include "base/text.hpp"
#include "remote/listing_request.hpp"
#include "remote/object_url.hpp"

namespace xget {
namespace {

// Whoever's store it is: Ceph's tokens cannot be read after a key with control characters.
remote::ListingSteps steps_of(const remote::EndpointSettings& endpoint) {
  return endpoint.url.empty() ? remote::ListingSteps::Tokens : remote::ListingSteps::Markers;
}

}  // namespace

// The next page is on its way while this one is read.
class ObjectListing::Impl {
 public:
  Impl(api::StoreDesk& desk, api::PrefixRequest request, const ListingSpec& spec)
      : desk_(desk),
        request_(std::move(request)),
        wish_{.question = {.prefix = request_.prefix,
                           .from = "",
                           .steps = steps_of(request_.bucket.endpoint),
                           .tokens_are_escaped =
                               request_.bucket.endpoint.store == remote::StoreKind::Oss},
              .after = spec.after,
              .folders = spec.folders} {
    if (spec.tree && !request_.prefix.empty() && !request_.prefix.ends_with('/')) {
      if (spec.after.empty()) ask_for_key();
      wish_.question.prefix += '/';
    }
    ask();
  }

  Result<std::optional<ListedObject>> next() {
    if (key_.valid()) {
      if (auto read = read_key(); !read) return fail(std::move(read.error()));
    }
    while (entries_.empty()) {
      if (!page_.valid()) return std::nullopt;
      if (auto read = read_page(); !read) return fail(std::move(read.error()));
    }
    ListedObject entry = std::move(entries_.front());
    entries_.pop_front();
    return entry;
  }

 private:
  std::future<remote::StoreOutcome> ask(const remote::ListingWish& wish) {
    return desk_.ask(request_.bucket, {.operation = "list",
                                       .subject = request_.name,
                                       .asked = listing_request(wish),
                                       .body = nullptr,
                                       .on_retry = nullptr});
  }
  void ask() { page_ = ask(wish_); }

  // Of all keys that begin with it, the prefix itself is the first.
  void ask_for_key() {
    remote::ListingWish wish = wish_;
    wish.first_alone = true;
    wish.folders = false;
    key_ = ask(wish);
  }

  Result<remote::ObjectListing> read(std::future<remote::StoreOutcome>& answer,
                                     const remote::ListingQuestion& question) {
    remote::StoreOutcome outcome = answer.get();
    if (!outcome) return fail(std::move(outcome.error().error));
    auto listing = parse_object_listing(outcome->body, question);
    if (listing) return *std::move(listing);
    Error error = std::move(listing.error().error);
    if (error.subject.empty()) error.subject = request_.name;
    return fail(std::move(error));
  }

  Result<void> read_key() {
    remote::ListingQuestion question = wish_.question;
    question.prefix = request_.prefix;
    question.from = "";
    auto listing = read(key_, question);
    if (!listing) return fail(std::move(listing.error()));
    std::erase_if(listing->objects,
                  [&](const auto& object) { return object.key != request_.prefix; });
    listing->folders.clear();
    take(*std::move(listing));
    return {};
  }

  Result<void> read_page() {
    auto listing = read(page_, wish_.question);
    if (!listing) return fail(std::move(listing.error()));
    if (listing->next) {
      wish_.question.from = *listing->next;
      ask();
    }
    take(*std::move(listing));
    return {};
  }

  // Objects and folders, each in their order, become one row.
  void take(remote::ObjectListing listing) {
    for (remote::ListedObject& object : listing.objects) {
      entries_.push_back({.key = std::move(object.key),
                          .url = "",
                          .is_folder = false,
                          .size = object.size,
                          .modified = object.modified,
                          .etag = std::move(object.etag),
                          .storage_class = std::move(object.storage_class)});
    }
    for (remote::ListedFolder& folder : listing.folders) {
      entries_.push_back({.key = std::move(folder.prefix),
                          .url = "",
                          .is_folder = true,
                          .size = 0,
                          .modified = std::nullopt,
                          .etag = "",
                          .storage_class = ""});
    }
    const auto by_key = [](const auto& a, const auto& b) { return a.key < b.key; };
    if (!listing.folders.empty()) std::sort(entries_.begin(), entries_.end(), by_key);
    for (ListedObject& entry : entries_) {
      entry.url = to_text(
          remote::ObjectUrl{request_.bucket.endpoint.store, request_.bucket.bucket, entry.key});
    }
  }

  api::StoreDesk& desk_;
  const api::PrefixRequest request_;
  remote::ListingWish wish_;                // of the page that was asked for last
  std::future<remote::StoreOutcome> key_;   // not valid: it is read, or of no account
  std::future<remote::StoreOutcome> page_;  // not valid: there is none more
  std::deque<ListedObject> entries_;        // that were not taken yet
};

Result<ObjectListing> ObjectListing::open(Session& session, const ListingSpec& spec) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = desk.stores().find_prefix(spec.url, spec.side);
  if (!request) return fail(std::move(request.error()));
  return ObjectListing(std::make_unique<Impl>(desk, *std::move(request), spec));
}

ObjectListing::ObjectListing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ObjectListing::~ObjectListing() = default;
ObjectListing::ObjectListing(ObjectListing&&) noexcept = default;
ObjectListing& ObjectListing::operator=(ObjectListing&&) noexcept = default;

Result<std::optional<ListedObject>> ObjectListing::next() { return impl_->next(); }

}  // namespace xget
