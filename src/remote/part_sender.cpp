#include "remote/part_sender.hpp"

#include <utility>

#include "base/log.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"
#include "remote/part_request.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kPreparedAhead = 2;

// Whether the store says that it has other bytes than were meant.
bool contradicts(const core::ResponseHead& answer, std::string_view etag,
                 const PartDigests& digests) {
  const auto said = may_have_md5_etag(answer) ? parse_md5_etag(etag) : std::nullopt;
  return said && said->parts == 0 && !digests.md5.empty() && said->md5 != digests.md5;
}

}  // namespace

PartSender::PartSender(PartTarget target, PartPlan plan, SentBefore before,
                       std::unique_ptr<PartSource> source,
                       std::unique_ptr<core::ConnectionPolicy> connections, PartSenderPorts ports)
    : target_(std::move(target)),
      plan_(plan),
      source_(std::move(source)),
      connections_(std::move(connections)),
      ports_(ports),
      parts_(std::move(before.there)),
      unproven_(std::move(before.unproven)) {
  for (const auto& [number, part] : parts_) held_by_parts_ += plan_.range(number).length();
}

PartSender::~PartSender() {
  for (const auto& [number, part] : sending_) ports_.client.cancel(part.question);
}

std::uint64_t PartSender::held() const {
  std::uint64_t bytes = held_by_parts_;
  for (const auto& [number, part] : sending_) bytes += part.body ? part.body->sent() : 0;
  return bytes;
}

void PartSender::on_time(Instant now) {
  source_->on_time(now);
  if (failure_ || finished()) return;
  tell_policy(now);
  while (!ready_.empty() && active() < connections_->target(now)) {
    auto part = ready_.extract(ready_.begin());
    send(part.key(), std::move(part.mapped()), false);
  }
  prepare_more();
}

void PartSender::tell_policy(Instant now) {
  std::uint64_t bytes = 0;
  for (auto& [number, part] : sending_) {
    const std::uint64_t sent = part.body ? part.body->sent() : 0;
    bytes += sent - part.counted;
    part.counted = sent;
  }
  if (bytes > 0) connections_->on_bytes(bytes, active(), now);
}

// ---- what is to be sent -------------------------------------------------------------------------

void PartSender::prepare_more() {
  while (preparing_ < source_->most_at_once() && ready_.size() < kPreparedAhead) {
    while (next_ <= plan_.count() && parts_.contains(next_)) ++next_;
    if (next_ > plan_.count()) return;
    ++preparing_;
    const std::uint64_t number = next_++;
    source_->prepare(plan_.range(number), [this, number](Result<PartContent> content) {
      on_prepared(number, std::move(content));
    });
  }
}

void PartSender::on_prepared(std::uint64_t number, Result<PartContent> content) {
  --preparing_;
  if (!content) return fail_with({std::move(content.error())});
  if (content->body && ends_with(number, content->body->size())) return on_time(ports_.clock.now());
  if (failure_) return;
  if (!is_there(number, *content)) ready_.emplace(number, *std::move(content));
  on_time(ports_.clock.now());
}

// Whether the source has ended before the part, which is none then.
bool PartSender::ends_with(std::uint64_t number, std::uint64_t length) {
  const ByteRange planned = plan_.range(number);
  if (length == planned.length()) return false;
  if (!target_.open_end) {
    fail_with({{.code = ErrorCode::Changed,
                .operation = "send part " + std::to_string(number) + " of",
                .subject = target_.name,
                .cause = "its source is shorter by now"}});
    return false;
  }
  plan_.size = planned.begin + length;
  return length == 0 && number > 1;
}

bool PartSender::is_there(std::uint64_t number, const PartContent& content) {
  auto listed = unproven_.extract(number);
  const bool same = !listed.empty() && target_.etags_are_md5s && content.body &&
                    listed.mapped().md5 == content.digests.md5;
  if (!same) return false;
  held_by_parts_ += plan_.range(number).length();
  parts_.insert(std::move(listed));
  return true;
}

// ---- requests ---------------------------------------------------------------------------------

StoreQuestion PartSender::question_for(std::uint64_t number, const Sending& part) {
  const PartContent& content = part.content;
  StoreQuestion question;
  question.operation = (part.body ? "send part " : "copy part ") + std::to_string(number) + " of";
  question.subject = target_.name;
  question.asked = {
      .method = core::Method::Put,
      .key = target_.key,
      .query = {{"partNumber", std::to_string(number)}, {"uploadId", target_.upload_id}},
      .headers = {},
      .payload = {}};
  add_key(target_.customer_key, question.asked.headers);
  add_content(content, target_.hashes_payload, question);
  question.body = part.body;
  question.on_retry = [this](const core::Failure& failure, Duration wait) {
    if (failure.kind == core::FailureKind::Busy) {
      connections_->on_refusal(active() - 1, wait, ports_.clock.now());
    }
    if (target_.on_retry) target_.on_retry(failure, wait);
  };
  return question;
}

void PartSender::send(std::uint64_t number, PartContent content, bool again) {
  Sending part{.content = std::move(content), .started = ports_.clock.now(), .again = again};
  if (part.content.body) part.body = std::make_shared<CountedBody>(part.content.body);
  part.question =
      ports_.client.ask(target_.bucket, question_for(number, part),
                        [this, number](StoreOutcome outcome) { on_answer(number, outcome); });
  sending_.emplace(number, std::move(part));
}

void PartSender::on_answer(std::uint64_t number, StoreOutcome outcome) {
  tell_policy(ports_.clock.now());
  Sending part = std::move(sending_.extract(number).mapped());
  if (!outcome) return fail_with(std::move(outcome.error()));
  auto etag = etag_of_content(*outcome, part.content, target_.name);
  if (!etag) return fail_with({std::move(etag.error())});
  if (target_.etags_are_md5s && contradicts(outcome->head, *etag, part.content.digests)) {
    log::info("part " + std::to_string(number) + " arrived as other bytes than were read");
    if (!part.again) return send(number, std::move(part.content), true);
    return fail_with({{.code = ErrorCode::Checksum,
                       .operation = "send part " + std::to_string(number) + " of",
                       .subject = target_.name,
                       .cause = "the store has other bytes than were read from the source"},
                      StoreTrouble::WrongBytes});
  }
  taken(number, std::move(part), *std::move(etag));
}

void PartSender::taken(std::uint64_t number, Sending part, std::string etag) {
  const Instant now = ports_.clock.now();
  connections_->on_answer(active() + 1, now - part.started, now);
  const std::uint64_t length = plan_.range(number).length();
  held_by_parts_ += length;
  sent_ += length;
  parts_.emplace(number, PartRecord{std::move(etag), std::move(part.content.digests.md5)});
  on_time(now);
}

void PartSender::fail_with(StoreFailure failure) {
  if (!failure_) failure_ = std::move(failure);
}

}  // namespace xget::remote
