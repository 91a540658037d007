#include <algorithm>
#include <deque>
#include <future>
#include <utility>

#include "api/store_desk.hpp"
#include "core/http_date.hpp"
#include "net/system_clock.hpp"
#include "remote/object_url.hpp"
#include "remote/upload_answers.hpp"
#include "xget/unfinished_upload.hpp"

namespace xget {
namespace {

using remote::QueryParameter;

std::vector<QueryParameter> listing_query(const api::PrefixRequest& request,
                                          const remote::UploadMarker& from) {
  std::vector<QueryParameter> query{{"uploads", ""}, {"max-uploads", "1000"}};
  // Whoever's store it is: Ceph's escapes the keys then and does not say so. Unescaped they can't
  // be mistaken; those that XML cannot carry fail.
  if (request.bucket.endpoint.url.empty()) query.push_back({"encoding-type", "url"});
  if (!request.prefix.empty()) query.push_back({"prefix", request.prefix});
  if (!from.key.empty()) query.push_back({"key-marker", from.key});
  if (!from.upload_id.empty()) query.push_back({"upload-id-marker", from.upload_id});
  return query;
}

// Both clocks may be wrong, but the ages that the store's gives are right.
std::chrono::sys_seconds now_of(const core::ResponseHead& answer) {
  const auto said = answer.find("Date");
  const auto date = said ? core::parse_http_date(*said) : std::nullopt;
  return date.value_or(net::SystemClock().wall_now());
}

remote::StoreQuestion question_of(std::string operation, std::string subject, core::Method method) {
  remote::StoreQuestion question{.operation = std::move(operation),
                                 .subject = std::move(subject),
                                 .asked = {},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  question.asked.method = method;
  return question;
}

template <typename Read>
Error unreadable(Read& read, const std::string& name) {
  Error error = std::move(read.error().error);
  if (error.subject.empty()) error.subject = name;
  return error;
}

}  // namespace

// The next page is on its way while this one is read.
class UnfinishedUploads::Impl {
 public:
  Impl(api::StoreDesk& desk, api::PrefixRequest request)
      : desk_(desk), request_(std::move(request)) {
    ask();
  }

  Result<std::optional<UnfinishedUpload>> next() {
    while (uploads_.empty()) {
      if (!page_.valid()) return std::nullopt;
      if (auto read = read_page(); !read) return fail(std::move(read.error()));
    }
    UnfinishedUpload upload = std::move(uploads_.front());
    uploads_.pop_front();
    return upload;
  }

 private:
  void ask() {
    auto question = question_of("list the uploads of", request_.name, core::Method::Get);
    question.asked.query = listing_query(request_, from_);
    page_ = desk_.ask(request_.bucket, std::move(question));
  }

  Result<void> read_page() {
    remote::StoreOutcome outcome = page_.get();
    if (!outcome) return fail(std::move(outcome.error().error));
    auto listing = parse_upload_listing(outcome->body, from_);
    if (!listing) {
      Error error = unreadable(listing, request_.name);
      error.remedy = "where a key has control characters, ask for what is below another one";
      return fail(std::move(error));
    }
    if (listing->next) {
      from_ = *std::move(listing->next);
      ask();
    }
    const auto now = now_of(outcome->head);
    for (remote::ListedUpload& upload : listing->uploads) {
      if (remote::is_at_or_below(upload.key, request_.prefix)) take(std::move(upload), now);
    }
    return {};
  }

  void take(remote::ListedUpload upload, std::chrono::sys_seconds now) {
    std::optional<std::chrono::seconds> age;
    if (upload.begun) age = std::max(now - *upload.begun, std::chrono::seconds(0));
    std::string url = to_text(
        remote::ObjectUrl{request_.bucket.endpoint.store, request_.bucket.bucket, upload.key});
    uploads_.push_back({.name = {.url = std::move(url), .upload_id = std::move(upload.upload_id)},
                        .key = std::move(upload.key),
                        .begun = upload.begun,
                        .age = age,
                        .storage_class = std::move(upload.storage_class)});
  }

  api::StoreDesk& desk_;
  const api::PrefixRequest request_;
  remote::UploadMarker from_;               // of the page that was asked for last
  std::future<remote::StoreOutcome> page_;  // not valid: there is none more
  std::deque<UnfinishedUpload> uploads_;    // that were not taken yet
};

Result<UnfinishedUploads> UnfinishedUploads::open(Session& session, const std::string& url) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = desk.stores().find_prefix(url);
  if (!request) return fail(std::move(request.error()));
  return UnfinishedUploads(std::make_unique<Impl>(desk, *std::move(request)));
}

UnfinishedUploads::UnfinishedUploads(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UnfinishedUploads::~UnfinishedUploads() = default;
UnfinishedUploads::UnfinishedUploads(UnfinishedUploads&&) noexcept = default;
UnfinishedUploads& UnfinishedUploads::operator=(UnfinishedUploads&&) noexcept = default;

Result<std::optional<UnfinishedUpload>> UnfinishedUploads::next() { return impl_->next(); }

Result<PartsThere> count_parts(Session& session, const UploadName& upload) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = desk.stores().find_object(upload.url);
  if (!request) return fail(std::move(request.error()));
  PartsThere there;
  std::optional<std::uint64_t> from = 0;
  while (from) {
    auto question = question_of("list the parts of", request->name, core::Method::Get);
    question.asked.key = request->object.key;
    question.asked.query = {{"uploadId", upload.upload_id}, {"max-parts", "1000"}};
    if (*from != 0) question.asked.query.push_back({"part-number-marker", std::to_string(*from)});
    auto outcome = desk.ask(request->bucket, std::move(question)).get();
    if (!outcome) return fail(std::move(outcome.error().error));
    const auto listing = remote::parse_part_listing(outcome->body, *from);
    if (!listing) return fail(unreadable(listing, request->name));
    there.parts += listing->parts.size();
    for (const remote::ListedPart& part : listing->parts) there.bytes += part.size;
    from = listing->next;
  }
  return there;
}

Result<bool> abort_upload(Session& session, const UploadName& upload) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = desk.stores().find_object(upload.url);
  if (!request) return fail(std::move(request.error()));
  auto question = question_of("abort the upload of", request->name, core::Method::Delete);
  question.asked.key = request->object.key;
  question.asked.query = {{"uploadId", upload.upload_id}};
  auto outcome = desk.ask(request->bucket, std::move(question)).get();
  if (outcome) return true;
  // Ceph's gateway has no other word for it than for a key.
  const remote::StoreTrouble trouble = outcome.error().trouble;
  if (trouble == remote::StoreTrouble::NoUpload || trouble == remote::StoreTrouble::NoKey) {
    return false;
  }
  return fail(std::move(outcome.error().error));
}

}  // namespace xget
