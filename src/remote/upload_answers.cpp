#include "remote/upload_answers.hpp"

#include <algorithm>
#include <utility>

#include "remote/answer_reader.hpp"
#include "remote/escaped_key.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kParts = "ListPartsResult";
constexpr std::string_view kUploads = "ListMultipartUploadsResult";
constexpr std::string_view kDeleted = "DeleteResult";

// What both a part and a finished upload say beside their own fields.
template <typename T>
std::vector<AnswerField<T>> with_checksums(std::vector<AnswerField<T>> fields) {
  fields.push_back({"ChecksumCRC32", &T::crc32});
  fields.push_back({"ChecksumCRC32C", &T::crc32c});
  fields.push_back({"ChecksumCRC64NVME", &T::crc64nvme});
  fields.push_back({"ChecksumSHA1", &T::sha1});
  fields.push_back({"ChecksumSHA256", &T::sha256});
  fields.push_back({"HashCrc64ecma", &T::crc64});
  return fields;
}

bool go_up(const std::vector<ListedPart>& parts) {
  const auto wrong = std::adjacent_find(
      parts.begin(), parts.end(),
      [](const ListedPart& a, const ListedPart& b) { return a.number >= b.number; });
  return wrong == parts.end() && (parts.empty() || parts.front().number > 0);
}

bool is_whole(const ListedUpload& upload) {
  return !upload.key.empty() && !upload.upload_id.empty();
}

}  // namespace

Answer<BegunUpload> parse_begun_upload(std::string_view document) {
  BegunUpload upload;
  AnswerForm form{"InitiateMultipartUploadResult"};
  form.one<BegunUpload>("", upload, {{"UploadId", &BegunUpload::upload_id, true}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (upload.upload_id.empty()) return useless_answer(form.roots().front(), "UploadId is empty");
  return upload;
}

Answer<PartListing> parse_part_listing(std::string_view document, std::uint64_t from) {
  struct Page {
    bool truncated = false;
    std::optional<std::uint64_t> next;
  } page;
  PartListing listing;
  AnswerForm form{kParts};
  form.one<Page>("", page,
                 {{"IsTruncated", &Page::truncated}, {"NextPartNumberMarker", &Page::next}});
  form.many<ListedPart>("Part", listing.parts,
                        with_checksums<ListedPart>({{"PartNumber", &ListedPart::number, true},
                                                    {"Size", &ListedPart::size, true},
                                                    {"ETag", &ListedPart::etag, true},
                                                    {"LastModified", &ListedPart::modified}}));
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (!go_up(listing.parts)) return useless_answer(kParts, "its parts are out of order");
  const bool unmarked = std::any_of(listing.parts.begin(), listing.parts.end(),
                                    [](const ListedPart& part) { return part.etag.empty(); });
  if (unmarked) return useless_answer(kParts, "a part has no ETag");
  if (!page.truncated) return listing;
  if (!page.next && !listing.parts.empty()) page.next = listing.parts.back().number;
  if (!page.next) return useless_answer(kParts, "it is cut and does not say how to go on");
  if (*page.next <= from) return useless_answer(kParts, "it goes on where it began");
  listing.next = page.next;
  return listing;
}

Answer<UploadListing> parse_upload_listing(std::string_view document, const UploadMarker& from) {
  struct Page {
    bool truncated = false;
    std::string encoding;
    std::string next_key;
    std::string next_id;
  } page;
  UploadListing listing;
  AnswerForm form{kUploads};
  form.one<Page>("", page,
                 {{"IsTruncated", &Page::truncated},
                  {"EncodingType", &Page::encoding},
                  {"NextKeyMarker", &Page::next_key},
                  {"NextUploadIdMarker", &Page::next_id}});
  form.many<ListedUpload>("Upload", listing.uploads,
                          {{"Key", &ListedUpload::key, true},
                           {"UploadId", &ListedUpload::upload_id, true},
                           {"Initiated", &ListedUpload::begun},
                           {"StorageClass", &ListedUpload::storage_class}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (is_escaped(page.encoding)) {
    bool sound = unescape_key(page.next_key);
    for (ListedUpload& upload : listing.uploads) sound = sound && unescape_key(upload.key);
    if (!sound) return useless_answer(kUploads, "the escapes of a key are broken");
  }
  if (!std::all_of(listing.uploads.begin(), listing.uploads.end(), is_whole)) {
    return useless_answer(kUploads, "an upload has no key or no id");
  }
  if (!page.truncated) return listing;
  UploadMarker next{std::move(page.next_key), std::move(page.next_id)};
  if (next.key.empty()) return useless_answer(kUploads, "it is cut and does not say how to go on");
  if (next == from) return useless_answer(kUploads, "it goes on where it began");
  listing.next = std::move(next);
  return listing;
}

Answer<FinishedUpload> parse_finished_upload(std::string_view document) {
  FinishedUpload upload;
  AnswerForm form{"CompleteMultipartUploadResult"};
  form.one<FinishedUpload>(
      "", upload,
      with_checksums<FinishedUpload>(
          {{"ETag", &FinishedUpload::etag}, {"ChecksumType", &FinishedUpload::checksum_type}}));
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  return upload;
}

Answer<FinishedCopy> parse_finished_copy(std::string_view document) {
  FinishedCopy copy;
  AnswerForm form{"CopyObjectResult", "CopyPartResult"};
  form.one<FinishedCopy>(
      "", copy, {{"ETag", &FinishedCopy::etag, true}, {"LastModified", &FinishedCopy::modified}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (copy.etag.empty()) return useless_answer(form.roots().front(), "ETag is empty");
  return copy;
}

Answer<DeletedKeys> parse_deleted_keys(std::string_view document, bool quiet) {
  DeletedKeys keys;
  if (quiet && document.find_first_not_of(" \t\r\n") == std::string_view::npos) return keys;
  struct Rest {
    std::string encoding;
  } rest;
  AnswerForm form{kDeleted};
  form.one<Rest>("", rest, {{"EncodingType", &Rest::encoding}});
  form.many<DeletedKey>("Deleted", keys.deleted, {{"Key", &DeletedKey::key, true}});
  form.many<UndeletedKey>("Error", keys.failed,
                          {{"Key", &UndeletedKey::key, true},
                           {"Code", &UndeletedKey::code, true},
                           {"Message", &UndeletedKey::message}});
  if (auto read = read_answer(document, form); !read) return passed_on(read);
  if (!is_escaped(rest.encoding)) return keys;
  bool sound = true;
  for (DeletedKey& deleted : keys.deleted) sound = sound && unescape_key(deleted.key);
  for (UndeletedKey& failed : keys.failed) sound = sound && unescape_key(failed.key);
  if (!sound) return useless_answer(kDeleted, "the escapes of a key are broken");
  return keys;
}

}  // namespace xget::remote
