#include "remote/deletion_request.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <memory>
#include <utility>

#include "base/digest.hpp"
#include "remote/object_version.hpp"
#include "remote/store_bodies.hpp"
#include "remote/text_body.hpp"
#include "remote/upload_answers.hpp"

namespace xget::remote {
namespace {

StoreQuestion question_of(core::Method method) {
  StoreQuestion question{
      .operation = "delete", .subject = "", .asked = {}, .body = nullptr, .on_retry = nullptr};
  question.asked.method = method;
  return question;
}

}  // namespace

// Line breaks and tabs are among what readers of XML change on the way.
bool goes_with_others(std::string_view key) {
  return fits_xml(key) && std::none_of(key.begin(), key.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

StoreQuestion deletion_of(std::span<const std::string> keys) {
  auto body = delete_body(keys, false);
  assert(body);
  StoreQuestion question = question_of(core::Method::Post);
  const auto bytes = std::as_bytes(std::span(*body));
  question.asked.query = {{"delete", ""}};
  question.asked.headers = {{"Content-Type", "application/xml"}};
  if (std::string md5 = md5_in_base64(bytes); !md5.empty()) {
    question.asked.headers.push_back({"Content-MD5", std::move(md5)});
  }
  question.asked.payload = Payload::hashed(sha256(bytes));
  question.body = std::make_shared<TextBody>(*std::move(body));
  question.may_fail_late = true;
  return question;
}

StoreQuestion deletion_of(const std::string& key, const std::string& version_id) {
  StoreQuestion question = question_of(core::Method::Delete);
  question.asked.key = key;
  question.asked.query = query_of_version(version_id);
  return question;
}

Result<std::vector<std::optional<Error>>> read_deletion(std::string_view answer,
                                                        std::span<const std::string> keys) {
  auto said = parse_deleted_keys(answer, false);
  if (!said) return fail(std::move(said.error().error));
  const Error unknown{.code = ErrorCode::Network,
                      .operation = "delete",
                      .subject = "",
                      .cause = "the store does not say whether it did"};
  std::map<std::string_view, std::optional<Error>> by_key;
  for (const std::string& key : keys) by_key.emplace(key, unknown);
  for (const DeletedKey& deleted : said->deleted) {
    if (const auto found = by_key.find(deleted.key); found != by_key.end()) found->second.reset();
  }
  for (UndeletedKey& failed : said->failed) {
    const auto found = by_key.find(failed.key);
    if (found == by_key.end()) continue;
    const StoreError error{.code = failed.code, .message = failed.message};
    if (trouble_of(error, 200) == StoreTrouble::NoKey) {
      found->second.reset();
    } else {
      found->second = describe(error, 200, "delete", "");
    }
  }
  std::vector<std::optional<Error>> outcomes;
  outcomes.reserve(keys.size());
  for (const std::string& key : keys) outcomes.push_back(by_key.at(key));
  return outcomes;
}

}  // namespace xget::remote
