#include "remote/part_request.hpp"

#include <utility>

#include "base/encoding.hpp"
#include "remote/upload_answers.hpp"

namespace xget::remote {
namespace {

// Within a store, too, some GiB take their time, and not every store says meanwhile that it is
// busy.
constexpr Duration kCopyPatience = std::chrono::minutes(10);

}  // namespace

void add_content(const PartContent& content, bool hashed, StoreQuestion& question) {
  auto& headers = question.asked.headers;
  headers.insert(headers.end(), content.headers.begin(), content.headers.end());
  if (!content.body) {
    question.may_fail_late = true;
    question.patience = kCopyPatience;
    return;
  }
  const PartDigests& digests = content.digests;
  question.asked.payload =
      hashed ? Payload::hashed(digests.sha256) : *Payload::unhashed(Scheme::Https);
  const auto md5 = parse_hex(digests.md5);
  if (md5 && !md5->empty()) headers.push_back({"Content-MD5", to_base64(*md5)});
}

Result<std::string> etag_of_content(const StoreAnswer& answer, const PartContent& content,
                                    const std::string& name) {
  if (!content.body) {
    auto copied = parse_finished_copy(answer.body);
    if (!copied) return fail(std::move(copied.error().error));
    return std::move(copied->etag);
  }
  if (const auto etag = answer.head.find("ETag")) return std::string(*etag);
  return fail({.code = ErrorCode::Refused,
               .operation = "send a part of",
               .subject = name,
               .cause = "the store took it without an ETag, which it would be named by"});
}

}  // namespace xget::remote
