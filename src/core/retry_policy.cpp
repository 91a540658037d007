#include "core/retry_policy.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr std::uint64_t kProgressBytes = 1024;
constexpr int kBadRangesBeforeAskingPlainly = 3;

// Half of it is fixed and half is chance, so that many clients spread out but none hurries.
Duration jittered(Duration wait, std::uint64_t random) {
  const double fraction = 0.5 + 0.5 * (static_cast<double>(random >> 11) * 0x1.0p-53);
  return from_seconds(to_seconds(wait) * fraction);
}

// By what it is alone. `served`: the source has already given bytes of this resource in this run.
Remedy usual_remedy(FailureKind kind, bool served) {
  switch (kind) {
    case FailureKind::Resolve:
    case FailureKind::Connect:
    case FailureKind::CutShort:
    case FailureKind::Broken:
    case FailureKind::Stall:
    case FailureKind::Busy:
    case FailureKind::ServerError:
    case FailureKind::Tls:
    case FailureKind::Proxy:
    case FailureKind::BadResponse: return Remedy::TryAgain;
    case FailureKind::BadRange: return served ? Remedy::TryAgain : Remedy::AskPlainly;
    case FailureKind::Denied:
    case FailureKind::NotFound: return served ? Remedy::StartOver : Remedy::GiveUp;
    case FailureKind::NoRanges: return Remedy::AskPlainly;
    case FailureKind::OtherVersion:
    case FailureKind::Unsatisfiable: return Remedy::CheckVersion;
    case FailureKind::Coded:
    case FailureKind::BadRedirect:
    case FailureKind::ProxyDenied:
    case FailureKind::Certificate:
    case FailureKind::WrongKey:
    case FailureKind::Unusable:
    case FailureKind::TooLarge:
    case FailureKind::WrongSize: return Remedy::GiveUp;
  }
  return Remedy::GiveUp;
}

// By its HTTP status.
bool may_have_expired(long status) {
  return status == 401 || status == 403 || status == 404 || status == 410;
}

// Something is there, though it did not give what was asked for.
bool is_answer(FailureKind kind) {
  switch (kind) {
    case FailureKind::Resolve:
    case FailureKind::Connect:
    case FailureKind::Stall:
    case FailureKind::Proxy:
    case FailureKind::Unusable: return false;
    default: return true;
  }
}

// Servers have many ways to turn one connection more away: while others deliver, whatever keeps a
// request from its answer may be one.
bool may_be_one_too_many(FailureKind kind, bool answered) {
  switch (kind) {
    case FailureKind::Busy:
    case FailureKind::Connect:
    case FailureKind::Broken:
    case FailureKind::ServerError:
    case FailureKind::Tls:
    case FailureKind::Proxy:
    case FailureKind::BadResponse:
    case FailureKind::Denied:
    case FailureKind::NotFound:
    case FailureKind::Coded:
    case FailureKind::BadRedirect: return true;
    case FailureKind::Stall: return !answered;
    default: return false;
  }
}

}  // namespace

OtherWay other_way_to_ask(FailureKind kind, const Asked& asked) {
  const bool gone = kind == FailureKind::Denied || kind == FailureKind::NotFound;
  if (gone && asked.remembered_place) return OtherWay::FromGivenUrl;
  if (kind == FailureKind::NoRanges && asked.conditional) return OtherWay::WithoutIfRange;
  const bool bad_range = kind == FailureKind::NoRanges || kind == FailureKind::BadRange;
  if (bad_range && asked.whole_as_range) return OtherWay::WithoutRange;
  return OtherWay::None;
}

void RetryPolicy::on_progress(std::uint64_t bytes, Instant now) {
  bytes_since_failure_ += bytes;
  if (bytes_since_failure_ < kProgressBytes) return;
  served_ = answered_ = usable_ = true;
  failures_ = refreshes_ = 0;
  last_byte_at_ = now;
}

Remedy RetryPolicy::remedy_for(const Failure& failure, const Attempt& attempt) {
  if (may_have_expired(failure.number) && refreshes_ < limits_.refreshes) {
    ++refreshes_;
    return Remedy::Refresh;
  }
  Remedy remedy = usual_remedy(failure.kind, served_);
  if (failure.kind == FailureKind::BadRange && ++bad_ranges_ >= kBadRangesBeforeAskingPlainly) {
    bad_ranges_ = 0;
    remedy = Remedy::AskPlainly;
  }
  const bool other_question = remedy == Remedy::AskPlainly || remedy == Remedy::CheckVersion;
  return other_question && attempt.asked_openly ? Remedy::GiveUp : remedy;
}

// What failed so often from the beginning is likely to be meant so.
bool RetryPolicy::hardly_heals(FailureKind kind) const {
  switch (kind) {
    case FailureKind::Resolve:
    case FailureKind::Connect:
    case FailureKind::Proxy: return !answered_ && failures_ > limits_.failures_before_answer;
    case FailureKind::BadResponse:
      return !usable_ && bad_responses_ > limits_.failures_before_answer;
    default: return false;
  }
}

bool RetryPolicy::used_up(const Failure& failure, const Attempt& attempt, Instant now) {
  if (attempt.others_work) return false;
  if (failure.retry_after && *failure.retry_after > limits_.longest_retry_after) return true;
  // What the server asks for is no use if it is too late by then.
  if (past_deadline(now + failure.retry_after.value_or(Duration::zero()))) return true;
  if (last_counted_ && attempt.started < *last_counted_) return false;
  last_counted_ = now;
  ++failures_;
  if (failure.kind == FailureKind::BadResponse) ++bad_responses_;
  if (failure.kind == FailureKind::Stall && !attempt.answered && !usable_) ++silences_;
  return failures_ > limits_.failures || hardly_heals(failure.kind);
}

Duration RetryPolicy::next_wait(bool progressed, std::uint64_t random) const {
  const Duration first = std::min(limits_.first_wait, limits_.longest_wait);
  Duration wait = doubled(first, failures_ - 1, limits_.longest_wait);
  // A connection that delivered and then broke is simply made again.
  if (progressed) wait = std::min(wait, first / 10);
  return jittered(wait, random);
}

RetryPolicy::Verdict RetryPolicy::on_failure(const Failure& failure, const Attempt& attempt,
                                             Instant now, std::uint64_t random) {
  answered_ = answered_ || is_answer(failure.kind);
  const Duration asked_for = failure.retry_after.value_or(Duration::zero());
  if (attempt.others_work && may_be_one_too_many(failure.kind, attempt.answered)) {
    return {Remedy::FewerConnections, asked_for};
  }
  const bool progressed = std::exchange(bytes_since_failure_, 0) >= kProgressBytes;
  const Remedy remedy = remedy_for(failure, attempt);
  if (remedy == Remedy::GiveUp || used_up(failure, attempt, now)) {
    return {Remedy::GiveUp, asked_for};
  }
  if (remedy == Remedy::Refresh) return {remedy, Duration::zero()};
  Duration wait = next_wait(progressed, random);
  if (const auto end = deadline()) wait = std::min(wait, std::max(Duration::zero(), *end - now));
  return {remedy, std::max(wait, asked_for)};
}

std::optional<Instant> RetryPolicy::deadline() const {
  if (!limits_.give_up_after) return std::nullopt;
  return last_byte_at_ + *limits_.give_up_after;
}

bool RetryPolicy::past_deadline(Instant now) const {
  const auto end = deadline();
  return end && now >= *end;
}

Duration RetryPolicy::patience(Duration usual) const {
  const Duration grown = doubled(usual, silences_, limits_.longest_patience);
  const Duration wanted = std::max(grown, 2 * slowest_answer_);
  return std::max(usual, std::min(wanted, limits_.longest_patience));
}

Instant RetryPolicy::answer_by(Instant now, Duration usual_patience) const {
  const auto end = deadline();
  const Instant by = now + patience(usual_patience);
  return end ? std::min(by, std::max(now, *end)) : by;
}

}  // namespace xget::core
