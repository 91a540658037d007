#include "remote/part_sender.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kDigestedAhead = 2;

Payload payload_of(const PartDigests& digests, bool hashed) {
  if (hashed) return Payload::hashed(digests.sha256);
  return *Payload::unhashed(Scheme::Https);
}

std::string content_md5(const std::string& hex) {
  const auto bytes = parse_hex(hex);
  return bytes ? to_base64(*bytes) : "";
}

// Whether the store says that it has other bytes than were meant.
bool contradicts(const core::ResponseHead& answer, std::string_view etag,
                 const PartDigests& digests) {
  const auto said = may_have_md5_etag(answer) ? parse_md5_etag(etag) : std::nullopt;
  return said && said->parts == 0 && !digests.md5.empty() && said->md5 != digests.md5;
}

}  // namespace

// Shared with the worker, which may still have it when nobody waits for it any more.
struct PartSender::Digesting {
  std::shared_ptr<core::File> file;
  ByteRange range;
  bool with_sha256 = false;
  std::atomic<bool> stop = false;
  Result<PartDigests> digests{PartDigests{}};
};

PartSender::PartSender(PartTarget target, PartPlan plan, PartRecords there,
                       std::shared_ptr<core::File> file,
                       std::unique_ptr<core::ConnectionPolicy> connections, PartSenderPorts ports)
    : target_(std::move(target)),
      plan_(plan),
      file_(std::move(file)),
      connections_(std::move(connections)),
      ports_(ports),
      parts_(std::move(there)) {
  for (const auto& [number, part] : parts_) held_by_parts_ += plan_.range(number).length();
}

PartSender::~PartSender() {
  if (digesting_) digesting_->stop = true;
  for (const auto& [number, part] : sending_) ports_.client.cancel(part.question);
}

std::uint64_t PartSender::held() const {
  std::uint64_t bytes = held_by_parts_;
  for (const auto& [number, part] : sending_) bytes += part.body->sent();
  return bytes;
}

void PartSender::on_time(Instant now) {
  if (failure_ || finished()) return;
  tell_policy(now);
  while (!ready_.empty() && active() < connections_->target(now)) {
    auto part = ready_.extract(ready_.begin());
    send(part.key(), std::move(part.mapped()), false);
  }
  digest_next();
}

void PartSender::tell_policy(Instant now) {
  std::uint64_t bytes = 0;
  for (auto& [number, part] : sending_) {
    const std::uint64_t sent = part.body->sent();
    bytes += sent - part.counted;
    part.counted = sent;
  }
  if (bytes > 0) connections_->on_bytes(bytes, active(), now);
}

// ---- digests ----------------------------------------------------------------------------------

void PartSender::digest_next() {
  if (digesting_ || ready_.size() >= kDigestedAhead) return;
  while (next_ <= plan_.count() && parts_.contains(next_)) ++next_;
  if (next_ > plan_.count()) return;
  digesting_ = std::make_shared<Digesting>();
  digesting_->file = file_;
  digesting_->range = plan_.range(next_);
  digesting_->with_sha256 = target_.hashes_payload;
  const std::uint64_t number = next_++;
  ports_.worker.submit(
      [work = digesting_] {
        work->digests = digest_part(*work->file, work->range, work->with_sha256, work->stop);
      },
      [this, number, work = digesting_] {
        if (!work->stop) on_digested(number, std::move(work->digests));
      });
}

void PartSender::on_digested(std::uint64_t number, Result<PartDigests> digests) {
  digesting_.reset();
  if (!digests) return fail_with({std::move(digests.error())});
  ready_.emplace(number, *std::move(digests));
  on_time(ports_.clock.now());
}

// ---- requests ---------------------------------------------------------------------------------

StoreQuestion PartSender::question_for(std::uint64_t number, const Sending& part) {
  StoreQuestion question;
  question.operation = "send part " + std::to_string(number) + " of";
  question.subject = target_.name;
  question.asked = {
      .method = core::Method::Put,
      .key = target_.key,
      .query = {{"partNumber", std::to_string(number)}, {"uploadId", target_.upload_id}},
      .headers = target_.headers,
      .payload = payload_of(part.digests, target_.hashes_payload)};
  if (!part.digests.md5.empty()) {
    question.asked.headers.push_back({"Content-MD5", content_md5(part.digests.md5)});
  }
  question.body = part.body;
  question.on_retry = [this](const core::Failure& failure, Duration wait) {
    if (failure.kind == core::FailureKind::Busy) {
      connections_->on_refusal(active() - 1, wait, ports_.clock.now());
    }
    if (target_.on_retry) target_.on_retry(failure, wait);
  };
  return question;
}

void PartSender::send(std::uint64_t number, PartDigests digests, bool again) {
  Sending part{.body = std::make_shared<FilePart>(file_, plan_.range(number)),
               .digests = std::move(digests),
               .started = ports_.clock.now(),
               .again = again};
  part.question =
      ports_.client.ask(target_.bucket, question_for(number, part),
                        [this, number](StoreOutcome outcome) { on_answer(number, outcome); });
  sending_.emplace(number, std::move(part));
}

void PartSender::on_answer(std::uint64_t number, StoreOutcome outcome) {
  tell_policy(ports_.clock.now());
  Sending part = std::move(sending_.extract(number).mapped());
  if (!outcome) return fail_with(std::move(outcome.error()));
  const auto etag = outcome->head.find("ETag");
  if (!etag) {
    return fail_with({{.code = ErrorCode::Refused,
                       .operation = "send a part of",
                       .subject = target_.name,
                       .cause = "the store took it without an ETag, which it would be named by"}});
  }
  if (target_.etags_are_md5s && contradicts(outcome->head, *etag, part.digests)) {
    log::info("part " + std::to_string(number) + " arrived as other bytes than were read");
    if (!part.again) return send(number, std::move(part.digests), true);
    return fail_with({{.code = ErrorCode::Checksum,
                       .operation = "send part " + std::to_string(number) + " of",
                       .subject = target_.name,
                       .cause = "the store has other bytes than were read from the file"},
                      StoreTrouble::WrongBytes});
  }
  taken(number, std::move(part), std::string(*etag));
}

void PartSender::taken(std::uint64_t number, Sending part, std::string etag) {
  const Instant now = ports_.clock.now();
  connections_->on_answer(active() + 1, now - part.started, now);
  const std::uint64_t length = plan_.range(number).length();
  held_by_parts_ += length;
  sent_ += length;
  parts_.emplace(number, PartRecord{std::move(etag), std::move(part.digests.md5)});
  on_time(now);
}

void PartSender::fail_with(StoreFailure failure) {
  if (!failure_) failure_ = std::move(failure);
}

}  // namespace xget::remote
