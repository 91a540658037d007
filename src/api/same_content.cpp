#include "api/same_content.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "base/encoding.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "core/http_message.hpp"
#include "remote/file_digests.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"
#include "remote/part_plan.hpp"
#include "store/posix_file_system.hpp"
#include "store/read_again.hpp"

namespace xget::api {
namespace {

// In which the tools send parts: ours and the AWS CLI's, rclone's, s3cmd's, MinIO's, s5cmd's.
constexpr std::array<std::uint64_t, 5> kUsualPartSizes{
    std::uint64_t{8} << 20, std::uint64_t{5} << 20, std::uint64_t{15} << 20,
    std::uint64_t{16} << 20, std::uint64_t{50} << 20};

struct Local {
  std::shared_ptr<core::File> file;
  std::uint64_t size = 0;
};

Result<Local> open_local(const std::string& path) {
  store::PosixFileSystem files;
  const PathParts parts = parts_of(path);
  auto folder = files.open_folder(std::string(parts.folder));
  if (!folder) return fail(std::move(folder.error()));
  auto file = (*folder)->open(std::string(parts.name), core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  const auto info = (*file)->info();
  if (!info) return fail(info.error());
  return Local{*std::move(file), info->size};
}

// The ETag that it would have, sent in such parts.
Result<std::optional<remote::Md5Etag>> etag_of(const Local& local, std::uint64_t part_size) {
  auto etag = remote::PartsEtag::create();
  const remote::PartPlan plan{local.size, part_size};
  const std::atomic<bool> never = false;
  for (std::uint64_t number = 1; etag && number <= plan.count(); ++number) {
    const auto part = remote::digest_part(*local.file, plan.range(number), false, never);
    if (!part) return fail(part.error());
    const auto md5 = parse_hex(part->md5);
    if (!md5 || part->md5.empty()) return std::nullopt;
    etag->add(*md5);
  }
  if (!etag) return std::nullopt;
  return etag->finish();
}

std::string metadata(const core::ResponseHead& head, const std::string& name) {
  for (const char* prefix : {"x-amz-meta-", "x-oss-meta-"}) {
    if (const auto value = head.find(prefix + name)) return std::string(*value);
  }
  return "";
}

Result<bool> has_parts_etag(const Local& local, const remote::Md5Etag& said,
                            std::optional<std::uint64_t> part_size) {
  std::vector<std::uint64_t> sizes;
  if (part_size) sizes.push_back(*part_size);
  for (std::uint64_t size : kUsualPartSizes) {
    for (; size <= remote::kLargestPart; size *= 2) sizes.push_back(size);
  }
  for (const std::uint64_t size : sizes) {
    if (size == 0 || remote::PartPlan{local.size, size}.count() != said.parts) continue;
    auto etag = etag_of(local, size);
    if (!etag) return fail(std::move(etag.error()));
    if (*etag == said) return true;
  }
  return false;
}

Result<core::ResponseHead> head_of(const ObjectRequest& object, StoreDesk& desk) {
  remote::StoreQuestion question{.operation = "look at",
                                 .subject = object.name,
                                 .asked = {.method = core::Method::Head,
                                           .key = object.object.key,
                                           .query = {},
                                           .headers = {},
                                           .payload = {}},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  add_key(object.object.customer_key, question.asked.headers);
  auto answer = desk.ask(object.bucket, std::move(question)).get();
  if (!answer) return fail(std::move(answer.error().error));
  return std::move(answer->head);
}

}  // namespace

Result<bool> has_same_content(const std::string& path, const ObjectRequest& object,
                              const std::optional<ExpectedDigest>& listed, StoreDesk& desk) {
  const auto local = open_local(path);
  if (!local) return fail(local.error());
  const auto is = [&](DigestAlgorithm algorithm, const std::string& hex) -> Result<bool> {
    const auto own = store::read_digest(local->file, local->size, algorithm);
    if (!own) return fail(own.error());
    return *own == lower_case(hex);
  };
  if (listed) {
    auto same = is(listed->algorithm, listed->hex);
    if (!same || *same) return same;
  }
  const auto head = head_of(object, desk);
  if (!head) return fail(head.error());
  const std::string sha256 = metadata(*head, remote::kSha256Name);
  if (!sha256.empty()) return is(DigestAlgorithm::Sha256, sha256);
  const auto said = remote::parse_md5_etag(head->find("ETag").value_or(""));
  if (!said || said->parts == 0 || !remote::may_have_md5_etag(*head)) return false;
  return has_parts_etag(*local, *said, parse_u64(metadata(*head, remote::kPartSizeName)));
}

Result<bool> have_same_content(const ObjectRequest& one, const ObjectRequest& other,
                               StoreDesk& desk) {
  const auto head = head_of(one, desk);
  if (!head) return fail(head.error());
  const auto other_head = head_of(other, desk);
  if (!other_head) return fail(other_head.error());
  const std::string sha256 = metadata(*head, remote::kSha256Name);
  const std::string other_sha256 = metadata(*other_head, remote::kSha256Name);
  if (!sha256.empty() && !other_sha256.empty()) return sha256 == other_sha256;
  if (!remote::may_have_md5_etag(*head) || !remote::may_have_md5_etag(*other_head)) return false;
  const auto etag = remote::parse_md5_etag(head->find("ETag").value_or(""));
  const auto other_etag = remote::parse_md5_etag(other_head->find("ETag").value_or(""));
  return etag && etag == other_etag;
}

}  // namespace xget::api
