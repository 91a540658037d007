#include "engine/probe.hpp"

#include <utility>

namespace xget::engine {

core::FetchSpec whole_resource() { return {{0, kUnknownEnd}, std::nullopt}; }

void Probe::ask(core::FetchSpec spec) {
  drop();
  spec_ = std::move(spec);
  start(job_.ports.clock.now());
}

void Probe::ask_later(core::FetchSpec spec, Instant at) {
  drop();
  spec_ = std::move(spec);
  start_at_ = at;
}

void Probe::start(Instant now) {
  start_at_.reset();
  waits_after_.reset();
  started_ = now;
  answer_by_ = job_.answer_by(now);
  fetch_ = job_.source.fetch(spec_, job_.listener);
}

void Probe::drop() {
  if (fetch_ != 0 && !end_) job_.source.cancel(fetch_);
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
  if (fetch_ == 0 || offer_) return std::nullopt;
  return answer_by_;
}

void Probe::on_time(Instant now) {
  if (start_at_ && now >= *start_at_) {
    if (!waits_after_ || !job_.retry.past_deadline(now)) return start(now);
    start_at_.reset();
    failure_ = std::exchange(waits_after_, std::nullopt);
    return;
  }
  if (fetch_ == 0 || offer_) return;
  if (end_ && end_->failure) {
    after_failure(*std::exchange(end_->failure, std::nullopt), now);
  } else if (now >= answer_by_) {
    after_failure({.kind = core::FailureKind::Stall,
                   .cause = "the server accepts the request and does not answer"},
                  now);
  }
}

void Probe::after_failure(const core::Failure& failure, Instant now) {
  drop();
  const auto verdict =
      job_.retry.on_failure(failure, {.started = started_, .asked_openly = asked_openly()}, now,
                            job_.ports.random.next());
  switch (verdict.remedy) {
    case core::Remedy::GiveUp: failure_ = failure; return;
    case core::Remedy::Refresh: refused_ = failure; return;
    case core::Remedy::AskPlainly:
    case core::Remedy::CheckVersion: return ask(whole_resource());
    case core::Remedy::StartOver: job_.source.start_over(); break;
    case core::Remedy::FewerConnections:
    case core::Remedy::TryAgain: break;
  }
  job_.tell_retry(failure, verdict.wait);
  start_at_ = now + verdict.wait;
  waits_after_ = failure;
}

bool Probe::on_offer(const core::Offer& offer) {
  job_.retry.on_answer();
  offer_ = offer;
  return true;
}

core::Flow Probe::on_bytes(std::span<const std::byte> bytes) {
  first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
  return core::Flow::Pause;
}

Probe::Response Probe::release() {
  Response response{fetch_, *std::move(offer_), std::move(first_bytes_), std::move(end_)};
  fetch_ = 0;
  drop();
  return response;
}

}  // namespace xget::engine
