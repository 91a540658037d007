#include "remote/planned_credentials.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.hpp"

namespace xget::remote {
namespace {

constexpr std::chrono::seconds kRenewBefore = std::chrono::minutes(5);
constexpr std::chrono::seconds kTryAgainAfter = std::chrono::minutes(1);
// Requests that were signed with the last ones have been answered by then.
constexpr Duration kYoung = std::chrono::seconds(30);

}  // namespace

PlannedCredentials::PlannedCredentials(CredentialPlan plan, engine::HttpSourceSettings way,
                                       CredentialPorts ports)
    : plan_(std::move(plan)), way_(std::move(way)), ports_(ports) {
  const auto* known = std::get_if<KnownCredentials>(&plan_.origin);
  if (known != nullptr && plan_.roles.empty()) {
    known_ = FetchedCredentials{.credentials = known->credentials, .end = std::nullopt};
  }
}

const Credentials* PlannedCredentials::at(WallTime now) {
  return is_in_force(now) ? &known_->credentials : nullptr;
}

std::optional<WallTime> PlannedCredentials::end() const {
  return known_ ? known_->end : std::nullopt;
}

bool PlannedCredentials::is_in_force(WallTime now) const {
  return known_ && (!renew_at_ || now < *renew_at_);
}

void PlannedCredentials::fetch(std::function<void(Result<void>)> done) {
  waiting_.push_back(std::move(done));
  if (!fetch_ && !to_tell_) begin_fetch();
}

void PlannedCredentials::begin_fetch() {
  if (is_in_force(ports_.clock.wall_now())) {
    if (!fetched_at_) {
      to_tell_ = fail({.code = ErrorCode::Refused,
                       .operation = "get credentials from",
                       .subject = plan_.source,
                       .cause = "the store takes those that are there no more",
                       .remedy = "put others there"});
      return;
    }
    if (ports_.clock.now() - *fetched_at_ < kYoung) {
      to_tell_ = Result<void>();
      return;
    }
    known_.reset();
  }
  fetch_ = std::make_unique<CredentialFetch>(plan_, way_, ports_);
}

std::optional<Instant> PlannedCredentials::next_deadline() const {
  if (to_tell_) return Instant::min();
  return fetch_ ? fetch_->next_deadline() : std::nullopt;
}

void PlannedCredentials::on_time(Instant now) {
  if (fetch_) {
    fetch_->on_time(now);
    if (auto result = fetch_->take_result()) settle(*std::move(result), now);
  }
  if (to_tell_) tell();
}

void PlannedCredentials::settle(Result<FetchedCredentials> fetched, Instant now) {
  fetch_.reset();
  if (fetched) {
    keep(*std::move(fetched), now);
    to_tell_ = Result<void>();
    return;
  }
  const WallTime wall_now = ports_.clock.wall_now();
  const bool still_good = known_ && known_->end && *known_->end > wall_now;
  if (!still_good) {
    known_.reset();
    to_tell_ = fail(std::move(fetched.error()));
    return;
  }
  log::info(to_string(fetched.error()) + "; those that are there are good for a while");
  renew_at_ = std::min(*known_->end, wall_now + kTryAgainAfter);
  to_tell_ = Result<void>();
}

void PlannedCredentials::keep(FetchedCredentials fetched, Instant now) {
  log::info("credentials from " + plan_.source);
  known_ = std::move(fetched);
  fetched_at_ = now;
  renew_at_.reset();
  if (!known_->end) return;
  const std::chrono::seconds left = *known_->end - ports_.clock.wall_now();
  renew_at_ = *known_->end - std::min(kRenewBefore, left / 2);
}

// Whoever is told may ask again, or destroy this.
void PlannedCredentials::tell() {
  const Result<void> told = *std::exchange(to_tell_, std::nullopt);
  for (const auto& done : std::exchange(waiting_, {})) done(told);
}

}  // namespace xget::remote
