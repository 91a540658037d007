#include "remote/listing_answers.hpp"

#include <algorithm>
#include <utility>

#include "remote/answer_reader.hpp"
#include "remote/escaped_key.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kObjects = "ListBucketResult";
constexpr std::string_view kBuckets = "ListAllMyBucketsResult";

// As the document has it.
struct Page {
  std::string encoding;
  bool truncated = false;
  std::string next_token;
  std::vector<ListedObject> objects;
  std::vector<ListedFolder> folders;
};

Answer<void> read_page(std::string_view document, Page& page) {
  AnswerForm form{kObjects};
  form.one<Page>("", page,
                 {{"EncodingType", &Page::encoding},
                  {"IsTruncated", &Page::truncated},
                  {"NextContinuationToken", &Page::next_token}});
  form.many<ListedObject>("Contents", page.objects,
                          {{"Key", &ListedObject::key, true},
                           {"Size", &ListedObject::size, true},
                           {"LastModified", &ListedObject::modified},
                           {"ETag", &ListedObject::etag},
                           {"StorageClass", &ListedObject::storage_class},
                           {"Type", &ListedObject::type},
                           {"ChecksumType", &ListedObject::checksum_type}});
  form.many<ListedFolder>("CommonPrefixes", page.folders,
                          {{"Prefix", &ListedFolder::prefix, true}});
  return read_answer(document, form);
}

bool unescape(Page& page, bool token_too) {
  bool sound = !token_too || unescape_token(page.next_token);
  for (ListedObject& object : page.objects) sound = sound && unescape_key(object.key);
  for (ListedFolder& folder : page.folders) sound = sound && unescape_key(folder.prefix);
  return sound;
}

// The next marker. NextMarker says the same, but S3 leaves it out where there is no delimiter, and
// Ceph's gateway does not escape it as it does the keys.
std::string last_name(const Page& page) {
  std::string last;
  if (!page.objects.empty()) last = page.objects.back().key;
  if (!page.folders.empty()) last = std::max(last, page.folders.back().prefix);
  return last;
}

bool begin_with(std::string_view prefix, const Page& page) {
  return std::all_of(page.objects.begin(), page.objects.end(),
                     [&](const ListedObject& o) { return o.key.starts_with(prefix); }) &&
         std::all_of(page.folders.begin(), page.folders.end(),
                     [&](const ListedFolder& f) { return f.prefix.starts_with(prefix); });
}

// Empty: that was all, or it does not say.
std::string next_of(const Page& page, ListingSteps steps) {
  if (steps == ListingSteps::Tokens) return page.next_token;
  return page.truncated ? last_name(page) : "";
}

// Where to go on from; nullopt: that was all.
Answer<std::optional<std::string>> judge_next(std::string_view name, bool truncated,
                                              std::string next, std::string_view from) {
  if (next.empty()) {
    if (truncated) return useless_answer(name, "it is cut and does not say how to go on");
    return std::nullopt;
  }
  if (next == from) return useless_answer(name, "it goes on where it began");
  return next;
}

}  // namespace

Answer<ObjectListing> parse_object_listing(std::string_view document,
                                           const ListingQuestion& question) {
  Page page;
  if (auto read = read_page(document, page); !read) return passed_on(read);
  if (is_escaped(page.encoding) && !unescape(page, question.tokens_are_escaped)) {
    return useless_answer(kObjects, "the escapes of a key are broken");
  }
  const bool nameless = std::any_of(page.objects.begin(), page.objects.end(),
                                    [](const ListedObject& object) { return object.key.empty(); });
  if (nameless) return useless_answer(kObjects, "a key is empty");
  if (!begin_with(question.prefix, page)) {
    return useless_answer(kObjects, "it lists a key that was not asked for");
  }
  auto next = judge_next(kObjects, page.truncated, next_of(page, question.steps), question.from);
  if (!next) return tl::unexpected<AnswerFailure>(std::move(next.error()));
  return ObjectListing{std::move(page.objects), std::move(page.folders), *std::move(next)};
}

Answer<BucketListing> parse_bucket_listing(std::string_view document, std::string_view from) {
  struct Rest {
    std::string token;
    std::string marker;
    bool truncated = false;
  } rest;
  BucketListing listing;
  AnswerForm form{kBuckets};
  form.one<Rest>("", rest,
                 {{"ContinuationToken", &Rest::token},
                  {"NextMarker", &Rest::marker},
                  {"IsTruncated", &Rest::truncated}});
  form.many<ListedBucket>("Buckets/Bucket", listing.buckets,
                          {{"Name", &ListedBucket::name, true},
                           {"CreationDate", &ListedBucket::created},
                           {"BucketRegion", &ListedBucket::region},
                           {"Region", &ListedBucket::region}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  auto next = judge_next(kBuckets, rest.truncated,
                         std::move(rest.truncated ? rest.marker : rest.token), from);
  if (!next) return tl::unexpected<AnswerFailure>(std::move(next.error()));
  listing.next = *std::move(next);
  return listing;
}

}  // namespace xget::remote
