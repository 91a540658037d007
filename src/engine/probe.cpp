#include "engine/probe.hpp"

#include <algorithm>
#include <utility>

namespace xget::engine {
namespace {

// For an answer, while another mirror may be asked; twice as long each time that it gave none.
constexpr Duration kPatienceWithOthers = std::chrono::seconds(3);

}  // namespace

core::FetchSpec whole_resource() { return {{0, kUnknownEnd}, std::nullopt}; }

void Probe::ask(core::FetchSpec spec) {
  drop();
  spec_ = std::move(spec);
  take_turn(job_.ports.clock.now());
}

void Probe::ask_later(core::FetchSpec spec, Instant at) {
  drop();
  spec_ = std::move(spec);
  start_at_ = at;
}

void Probe::ask_openly() {
  drop();
  spec_ = whole_resource();
  start(mirror_, job_.ports.clock.now());
}

// Whose turn it is; if it has not come yet, that is waited for.
void Probe::take_turn(Instant now) {
  const auto turn = job_.mirrors.next_turn(now);
  if (turn && turn->at > now) {
    start_at_ = turn->at;
    return;
  }
  start(turn ? turn->mirror : 0, now);
}

void Probe::start(core::MirrorId mirror, Instant now) {
  start_at_.reset();
  waits_after_.reset();
  mirror_ = mirror;
  started_ = now;
  answer_by_ = job_.answer_by(mirror, now);
  if (job_.mirrors.others_may_be_asked(mirror, now)) {
    const int silences = job_.mirrors.at(mirror).silences;
    answer_by_ = now + doubled(kPatienceWithOthers, silences, answer_by_ - now);
  }
  fetch_ = job_.sources.fetch(mirror, spec_, job_.listener);
}

void Probe::drop(core::CancelCause cause) {
  if (fetch_ != 0 && !end_) job_.sources.cancel(fetch_, cause);
  fetch_ = 0;
  start_at_.reset();
  waits_after_.reset();
  offer_.reset();
  first_bytes_.clear();
  end_.reset();
  failure_.reset();
  refused_.reset();
}

std::optional<Instant> Probe::next_deadline() const {
  if (start_at_) return start_at_;
  if (fetch_ == 0 || offer_ || unchanged()) return std::nullopt;
  return answer_by_;
}

void Probe::on_time(Instant now) {
  if (start_at_ && now >= *start_at_) {
    start_at_.reset();
    if (!waits_after_ || !job_.mirrors.past_deadline(now)) return take_turn(now);
    failure_ = std::exchange(waits_after_, std::nullopt);
    return;
  }
  if (fetch_ == 0 || offer_ || unchanged()) return;
  if (end_ && end_->failure) {
    after_failure(*std::exchange(end_->failure, std::nullopt), now);
  } else if (now >= answer_by_) {
    ++job_.mirrors.at(mirror_).silences;
    after_failure(core::unanswered(answer_by_ - started_, job_.settings.stall_timeout), now);
  }
}

void Probe::after_failure(const core::Failure& failure, Instant now) {
  drop(core::CancelCause::Stalled);
  core::Mirror& mirror = job_.mirrors.at(mirror_);
  const auto verdict = mirror.retry.on_failure(
      failure, {.started = started_, .asked_openly = asked_openly() && !spec_.conditional()}, now,
      job_.ports.random.next());
  switch (verdict.remedy) {
    case core::Remedy::Refresh: refused_ = failure; return;
    case core::Remedy::AskPlainly:
    case core::Remedy::CheckVersion: return ask_openly();
    case core::Remedy::GiveUp: mirror.hopeless = true; break;
    case core::Remedy::StartOver: job_.sources.at(mirror_).start_over(); break;
    case core::Remedy::FewerConnections:
    case core::Remedy::TryAgain: break;
  }
  if (mirror.hopeless) {
    job_.mirrors.rest(mirror_, verdict.wait, now);
  } else {
    job_.mirrors.rest_until(mirror_, now + verdict.wait);
  }
  ask_next(failure, now);
}

void Probe::ask_next(const core::Failure& failure, Instant now) {
  const auto turn = job_.mirrors.next_turn(now);
  if (!turn) {
    failure_ = failure;
    return;
  }
  waits_after_ = failure;
  start_at_ = turn->at;
  if (turn->mirror == mirror_ || turn->at > now) {
    return job_.tell_retry(mirror_, failure, std::max(Duration::zero(), turn->at - now));
  }
  job_.note(job_.sources.name(mirror_) + ": " + failure.cause + "; going on with " +
            job_.sources.name(turn->mirror));
}

bool Probe::on_offer(const core::Offer& offer) {
  job_.mirrors.at(mirror_).retry.on_answer(job_.ports.clock.now() - started_);
  offer_ = offer;
  return true;
}

core::Flow Probe::on_bytes(std::span<const std::byte> bytes) {
  first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
  return core::Flow::Pause;
}

Probe::Response Probe::release() {
  Response response{fetch_, mirror_, *std::move(offer_), std::move(first_bytes_), std::move(end_)};
  fetch_ = 0;
  drop();
  return response;
}

}  // namespace xget::engine
