#include "core/retry_policy.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr std::uint64_t kProgressBytes = 1024;

// Half of it is fixed and half is chance, so that many clients spread out but none hurries.
Duration jittered(Duration wait, std::uint64_t random) {
  const double fraction = 0.5 + 0.5 * (static_cast<double>(random >> 11) * 0x1.0p-53);
  return from_seconds(to_seconds(wait) * fraction);
}

}  // namespace

Remedy remedy_for(FailureKind kind, bool served) {
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
    case FailureKind::Expired:
    case FailureKind::NotFound: return served ? Remedy::StartOver : Remedy::GiveUp;
    case FailureKind::NoRanges: return Remedy::AskPlainly;
    case FailureKind::OtherVersion:
    case FailureKind::Unsatisfiable: return Remedy::CheckVersion;
    case FailureKind::Denied:
    case FailureKind::Coded:
    case FailureKind::BadRedirect:
    case FailureKind::Certificate:
    case FailureKind::WrongKey:
    case FailureKind::Unusable:
    case FailureKind::TooLarge: return Remedy::GiveUp;
  }
  return Remedy::GiveUp;
}

bool final_for_all(FailureKind kind) {
  return kind == FailureKind::Certificate || kind == FailureKind::WrongKey ||
         kind == FailureKind::Unusable || kind == FailureKind::TooLarge;
}

void RetryPolicy::on_progress(std::uint64_t bytes, Instant now) {
  bytes_since_failure_ += bytes;
  if (bytes_since_failure_ < kProgressBytes) return;
  served_ = true;
  failures_ = 0;
  last_byte_at_ = now;
}

bool RetryPolicy::used_up(const Failure& failure, const Attempt& attempt, Instant now) {
  if (attempt.others_work) return false;
  if (failure.retry_after && *failure.retry_after > limits_.longest_retry_after) return true;
  if (const auto end = deadline(); end && now >= *end) return true;
  if (last_counted_ && attempt.started < *last_counted_) return false;
  last_counted_ = now;
  ++failures_;
  const bool no_answer_yet =
      !served_ && (failure.kind == FailureKind::Resolve || failure.kind == FailureKind::Connect);
  return failures_ > (no_answer_yet ? std::min(limits_.failures, limits_.failures_before_first_byte)
                                    : limits_.failures);
}

RetryPolicy::Decision RetryPolicy::on_failure(const Failure& failure, const Attempt& attempt,
                                              Instant now, std::uint64_t random) {
  const bool progressed = std::exchange(bytes_since_failure_, 0) >= kProgressBytes;
  if (used_up(failure, attempt, now)) {
    return {.give_up = true, .wait = failure.retry_after.value_or(Duration::zero())};
  }
  const int doublings = std::clamp(failures_ - 1, 0, 10);
  Duration wait =
      std::min(limits_.longest_wait, limits_.first_wait * (Duration::rep{1} << doublings));
  // A connection that delivered and then broke is simply made again.
  if (progressed) wait = std::min(wait, limits_.first_wait / 10);
  wait = jittered(wait, random);
  if (failure.retry_after) wait = std::max(wait, *failure.retry_after);
  return {.give_up = false, .wait = wait};
}

std::optional<Instant> RetryPolicy::deadline() const {
  if (!limits_.give_up_after) return std::nullopt;
  return last_byte_at_ + *limits_.give_up_after;
}

}  // namespace xget::core
