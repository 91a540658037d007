#include "engine/transfer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>
#include <vector>

#include "base/defence.hpp"
#include "base/log.hpp"

namespace xget::engine {
namespace {

// The loop turns far more often than this while a transfer runs; a longer gap is the loop's own.
constexpr Duration kTurnInterval = std::chrono::milliseconds(250);
constexpr Duration kPathInterval = std::chrono::milliseconds(50);
constexpr std::size_t kSharedByFullBuffers = 2U << 20;
constexpr Duration kBlockedTurn = std::chrono::seconds(1);

core::CancelCause cause_of(core::CancelReason reason) {
  switch (reason) {
    case core::CancelReason::Stalled:
    case core::CancelReason::Crawls:
    case core::CancelReason::Unanswered: return core::CancelCause::Stalled;
    case core::CancelReason::TwinWon:
    case core::CancelReason::Expelled: break;
  }
  return core::CancelCause::NotWanted;
}

}  // namespace

Transfer::Transfer(TransferPlan plan, TransferPorts ports, core::SourceListener& owner)
    : plan_(std::move(plan)),
      ports_(ports),
      owner_(owner),
      scheduler_(plan_.schedule, ports.mirrors, ports.random),
      versions_(std::move(plan_.others)),
      given_before_(ports.givers.bytes()),
      written_(plan_.schedule.held),
      last_byte_at_(ports.clock.now()),
      last_turn_(last_byte_at_) {
  versions_[plan_.schedule.mirror] = plan_.representation;
  if (ports.trace != nullptr) {
    trace_.emplace(*ports.trace, ports.sources, ports.mirrors, last_turn_);
  }
}

Transfer::~Transfer() {
  if (trace_) trace_->end(ports_.clock.now());
  for (const auto& [id, segment] : segments_) {
    if (!segment.ended) ports_.sources.cancel(segment.fetch, core::CancelCause::NotWanted);
  }
}

void Transfer::adopt(core::FetchId fetch, const core::Offer& offer,
                     std::span<const std::byte> first_bytes, Instant now) {
  if (!plan_.schedule.ranges && !accept_stream_from_start(offer)) {
    ports_.sources.cancel(fetch, core::CancelCause::NotWanted);
    return;
  }
  const core::SegmentId id = scheduler_.next_id();
  segments_[id] = {.fetch = fetch,
                   .mirror = plan_.schedule.mirror,
                   .position = offer.granted.begin,
                   .end = std::min(offer.granted.end, plan_.schedule.size),
                   .granted_end = offer.granted.end,
                   .buffer = ports_.buffers.take(),
                   .host_limit = limit_of(offer.host)};
  by_fetch_[fetch] = id;
  ++responses_;
  if (trace_) trace_->adopted(id, plan_.schedule.mirror, offer.granted, offer.address, now);
  tell(core::SegmentAdopted{offer.granted, offer.granted.end, offer.round_trip}, now);
  const core::Flow flow = take(id, first_bytes, now);
  if (flow == core::Flow::Continue) ports_.sources.resume(fetch);
  if (flow == core::Flow::Stop) ports_.sources.cancel(fetch, core::CancelCause::NotWanted);
}

void Transfer::begin(Instant now) { tell(core::Tick{}, now); }

// ---- what the Source says -----------------------------------------------------------------

bool Transfer::on_offer(core::FetchId fetch, const core::Offer& offer) {
  const core::SegmentId id = by_fetch_.at(fetch);
  Segment& segment = segments_.at(id);
  if (!plan_.schedule.ranges && !accept_stream_from_start(offer)) {
    drop_segment(id);
    return false;
  }
  if (!accept_validators(segment.mirror, offer.representation.validators)) {
    drop_segment(id);
    tell(core::SegmentEnded{id, core::Failure{.kind = core::FailureKind::OtherVersion,
                                              .cause = "its validator is another one now"}},
         ports_.clock.now());
    return false;
  }
  ++responses_;
  segment.granted_end = offer.granted.end;
  segment.host_limit = limit_of(offer.host);
  if (plan_.schedule.ranges && defence_on(Defence::BodyCap)) {
    segment.end = std::min(segment.end, segment.granted_end);
  }
  if (trace_) trace_->answered_by(id, offer.address);
  tell(core::SegmentOpened{id, offer.granted.end, offer.round_trip}, ports_.clock.now());
  return by_fetch_.contains(fetch);
}

// The first of a mirror's responses to show some speaks for all of them that follow.
bool Transfer::accept_validators(core::MirrorId mirror, const core::Validators& shown) {
  core::Representation& version = versions_.at(mirror);
  if (version.validators.any()) return true;
  const bool contradicts =
      mirror == plan_.schedule.mirror &&
      core::compare_versions(plan_.known, shown) == core::VersionMatch::Different;
  if (!contradicts) version.validators = shown;
  return !contradicts;
}

// A stream that begins at 0 again meets bytes that are held already: under the same strong
// validator they are skipped, else they are worth nothing.
bool Transfer::accept_stream_from_start(const core::Offer& offer) {
  const bool same = validators().strong() &&
                    core::compare_versions(validators(), offer.representation.validators) ==
                        core::VersionMatch::Same;
  if (written_.empty() || same) return true;
  if (ports_.sink.handed_on()) {
    outcome_ = Error{.code = ErrorCode::Network,
                     .operation = "go on with",
                     .subject = ports_.sources.name(plan_.schedule.mirror),
                     .cause =
                         "the server can only send it from the start, and what was written "
                         "to standard output cannot be proven to belong to it"};
    return false;
  }
  for (const ByteRange& range : written_.ranges()) ports_.sink.forget(range);
  written_.clear();
  ports_.givers.remove({0, kUnknownEnd});
  return true;
}

core::Flow Transfer::on_bytes(core::FetchId fetch, std::span<const std::byte> bytes) {
  return take(by_fetch_.at(fetch), bytes, ports_.clock.now());
}

core::Flow Transfer::take(core::SegmentId id, std::span<const std::byte> bytes, Instant now) {
  Segment& segment = segments_.at(id);
  if (now - segment.path_told >= kPathInterval && !tell_path(id, segment, now)) {
    return core::Flow::Stop;
  }
  received_ += bytes.size();
  last_byte_at_ = now;
  ports_.limits.take(bytes.size(), segment.host_limit, now);
  const auto wanted = std::min<std::uint64_t>(bytes.size(), segment.end - segment.position);
  if (plan_.max_size && segment.position + wanted > *plan_.max_size) {
    outcome_ = core::GiveUp{
        segment.mirror,
        {.kind = core::FailureKind::TooLarge, .cause = "it is larger than --max-filesize allows"}};
    return core::Flow::Stop;
  }
  if (segment.buffered + wanted > BufferPool::kCapacity && !flush(segment, Flush::Aligned)) {
    return core::Flow::Stop;
  }
  assert(segment.buffered + wanted <= BufferPool::kCapacity);
  std::copy_n(bytes.begin(), wanted, segment.buffer.get() + segment.buffered);
  segment.buffered += wanted;
  segment.position += wanted;
  if (segment.buffered >= full_size() && !flush(segment, Flush::Aligned)) return core::Flow::Stop;

  tell(core::SegmentAdvanced{id, segment.position}, now);
  const auto still = segments_.find(id);
  if (still == segments_.end()) return core::Flow::Stop;
  const bool complete = still->second.position == still->second.end;
  // Nobody said where this stream ends: what follows shows that it is of another version, unless a
  // strong validator says that it is not.
  const bool tells_by_its_end =
      !plan_.schedule.ranges && still->second.granted_end == kUnknownEnd && !validators().strong();
  if (complete && tells_by_its_end) {
    if (wanted == bytes.size()) return core::Flow::Continue;
    end_segment(id,
                core::Failure{.kind = core::FailureKind::OtherVersion,
                              .cause = "the body goes on past the size that the file had"},
                now);
    return core::Flow::Stop;
  }
  if (complete && still->second.granted_end > still->second.end) {  // the cut
    end_segment(id, std::nullopt, now);
    return core::Flow::Stop;
  }
  if (must_pause(still->second, now)) {
    set_paused(id, still->second, true, now);
    return core::Flow::Pause;
  }
  return core::Flow::Continue;
}

bool Transfer::tell_path(core::SegmentId id, Segment& segment, Instant now) {
  segment.path_told = now;
  const auto facts = ports_.sources.path(segment.fetch);
  if (!facts) return true;
  tell(core::SegmentPath{id, *facts}, now);
  return segments_.contains(id);
}

void Transfer::on_fetch_end(core::FetchId fetch, const core::FetchEnd& end) {
  const core::SegmentId id = by_fetch_.at(fetch);
  const Segment& segment = segments_.at(id);
  std::optional<core::Failure> failure = end.failure;
  // Where nobody said how long the body is, what is known of the version does.
  const std::uint64_t known_end =
      segment.end != kUnknownEnd ? segment.end : written_.contiguous_end(0);
  const bool too_short = segment.granted_end == kUnknownEnd && segment.position < known_end &&
                         defence_on(Defence::BodyLength);
  if (!failure && too_short) {
    failure = core::Failure{.kind = core::FailureKind::CutShort, .cause = "the body ended early"};
  }
  end_proven_ = end_proven_ && (failure || end.end_proven || segment.end != kUnknownEnd);
  end_segment(id, std::move(failure), ports_.clock.now());
}

// ---- what the scheduler says --------------------------------------------------------------

void Transfer::tell(const core::SchedulerEvent& event, Instant now) {
  const core::SchedulerActions actions = scheduler_.on(event, now);
  if (trace_) trace_->decided(event, actions, now);
  for (const core::SchedulerAction& action : actions) {
    std::visit([this](const auto& one) { carry_out(one); }, action);
  }
}

void Transfer::carry_out(const core::StartSegment& action) {
  Segment& segment = segments_[action.id];
  segment.mirror = action.mirror;
  segment.position = action.range.begin;
  segment.end = segment.granted_end = action.range.end;
  segment.buffer = ports_.buffers.take();
  ByteRange asked = action.range;
  if (!plan_.schedule.ranges) asked.end = kUnknownEnd;
  segment.fetch = ports_.sources.fetch(
      action.mirror,
      {.range = asked, .expected = versions_.at(action.mirror), .plain = !plan_.schedule.ranges},
      owner_);
  by_fetch_[segment.fetch] = action.id;
  log::trace("segment " + std::to_string(action.id) + " fetches " + to_string(action.range) +
             (action.mirror == 0 ? "" : " from mirror " + std::to_string(action.mirror)));
}

void Transfer::carry_out(const core::CutSegment& action) {
  const auto it = segments_.find(action.id);
  if (it != segments_.end()) it->second.end = action.end;
}

void Transfer::carry_out(const core::CancelSegment& action) {
  const auto it = segments_.find(action.id);
  if (it == segments_.end()) return;
  if (!it->second.ended) ports_.sources.cancel(it->second.fetch, cause_of(action.reason));
  flush(it->second, Flush::AtOnce);
  const ByteRange unwritten{it->second.position - it->second.buffered, it->second.position};
  drop_segment(action.id);
  // The scheduler counts them as arrived, but the sink could not take them.
  if (!unwritten.empty()) tell(core::RangeLost{unwritten}, ports_.clock.now());
}

void Transfer::carry_out(const core::StartOver& action) {
  ports_.sources.at(action.mirror).start_over();
}

void Transfer::carry_out(const core::CompareMirror& action) {
  to_compare_.push_back(action.mirror);
}

void Transfer::carry_out(const core::RetryLater& action) { retry_ = action; }
void Transfer::carry_out(const core::Reconsider& action) { outcome_ = action; }
void Transfer::carry_out(const core::GiveUp& action) { outcome_ = action; }

void Transfer::carry_out(const core::AllWritten&) {
  // Unless a range was lost in the same breath, and is on its way again.
  if (!outcome_ && segments_.empty()) outcome_ = WrittenOutcome{written_.contiguous_end(0)};
}

void Transfer::end_segment(core::SegmentId id, std::optional<core::Failure> failure, Instant now) {
  Segment& segment = segments_.at(id);
  if (!flush(segment, Flush::All)) return;
  if (segment.buffered > 0) {  // the sink is full: it ends when the rest is written
    segment.ended = core::FetchEnd{std::move(failure)};
    tell(core::SegmentPaused{id, true}, now);
    return;
  }
  if (failure) {
    log::debug(std::string("a range failed (") + to_string(failure->kind) + "): " + failure->cause);
  }
  log::trace("segment " + std::to_string(id) + " ended at " + std::to_string(segment.position));
  drop_segment(id);
  tell(core::SegmentEnded{id, std::move(failure)}, now);
}

void Transfer::drop_segment(core::SegmentId id) {
  const auto it = segments_.find(id);
  by_fetch_.erase(it->second.fetch);
  segments_.erase(it);
}

// ---- writing ------------------------------------------------------------------------------

// Through the page cache small writes cost no more than large ones. Past it each one is a turn of
// the disk; yet all segments together are not to take more memory for it.
std::size_t Transfer::full_size() const {
  if (ports_.sink.alignment() == 1) return kSmallWrite;
  const std::size_t share = kSharedByFullBuffers / std::max<std::size_t>(1, segments_.size());
  return std::clamp(share, kSmallWrite, kLargeWrite);
}

// Writes what the sink can take now; the rest stays at the front of the buffer.
bool Transfer::flush(Segment& segment, Flush how) {
  if (how != Flush::AtOnce && !ports_.sink.takes_more()) return true;
  const std::uint64_t begin = segment.position - segment.buffered;
  std::uint64_t end = std::min(segment.position, ports_.sink.window_end());
  if (how == Flush::Aligned) end -= end % ports_.sink.alignment();
  if (begin >= end) return true;
  const auto ready = static_cast<std::size_t>(end - begin);
  if (!write(segment.mirror, begin, {{segment.buffer.get(), ready}, segment.buffer})) return false;
  keep_rest(segment, ready);
  return true;
}

// Where the sink has kept the buffer, the rest goes to the front of another one.
void Transfer::keep_rest(Segment& segment, std::size_t written) {
  const BufferPool::Buffer before = segment.buffer;
  const bool kept = before.use_count() > 2;
  if (kept) segment.buffer = ports_.buffers.take();
  segment.buffered -= written;
  if (segment.buffered > 0) {
    std::memmove(segment.buffer.get(), before.get() + written, segment.buffered);
  }
}

// Skips what is held already, which only a stream that began again can bring.
bool Transfer::write(core::MirrorId mirror, std::uint64_t offset, const core::LentBytes& lent) {
  const std::uint64_t end = offset + lent.bytes.size();
  while (const auto gap = written_.next_gap(offset, end)) {
    const auto part = lent.bytes.subspan(gap->begin - (end - lent.bytes.size()), gap->length());
    if (auto done = ports_.sink.write(gap->begin, {part, lent.owner}); !done) {
      outcome_ = std::move(done.error());
      return false;
    }
    written_.add(*gap);
    ports_.givers.add(mirror, *gap);
    offset = gap->end;
  }
  return true;
}

std::uint64_t Transfer::wasted_bytes() const {
  const std::uint64_t given = ports_.givers.bytes();
  std::uint64_t useful = given - std::min(given, given_before_);
  for (const auto& [id, segment] : segments_) useful += segment.buffered;
  return received_ - std::min(received_, useful);
}

Result<void> Transfer::flush_full() { return flush_each(Flush::Aligned); }
Result<void> Transfer::flush_all() { return flush_each(Flush::AtOnce); }

Result<void> Transfer::flush_each(Flush how) {
  for (auto& [id, segment] : segments_) {
    if (!flush(segment, how)) return fail(std::get<Error>(*outcome_));
  }
  return {};
}

void Transfer::admit(core::MirrorId mirror, core::Representation version,
                     const core::MirrorAdmitted& measured, Instant now) {
  versions_[mirror] = std::move(version);
  tell(measured, now);
}

void Transfer::rest(core::MirrorId mirror, Instant now) { tell(core::MirrorFailed{mirror}, now); }

void Transfer::expel(core::MirrorId mirror, Instant now) {
  tell(core::MirrorExpelled{mirror}, now);
}

void Transfer::lose(ByteRange range, Instant now) {
  written_.remove(range);
  ports_.givers.remove(range);
  if (outcome_ && std::holds_alternative<WrittenOutcome>(*outcome_)) outcome_.reset();
  tell(core::RangeLost{range}, now);
}

// ---- time, limits and windows -------------------------------------------------------------

core::TokenBucket* Transfer::limit_of(const std::string& host) {
  const auto known = host_limits_.find(host);
  if (known != host_limits_.end()) return known->second.get();
  auto limit = ports_.limits.of_host(host);
  return limit ? (host_limits_[host] = std::move(limit)).get() : nullptr;
}

bool Transfer::limit_open(const Segment& segment, Instant now) const {
  return ports_.limits.open(segment.host_limit, now);
}

bool Transfer::held_back(Instant now) const {
  return !ports_.limits.all().open(now) ||
         std::any_of(segments_.begin(), segments_.end(), [&](const auto& entry) {
           return entry.second.paused && !limit_open(entry.second, now);
         });
}

bool Transfer::must_pause(const Segment& segment, Instant now) const {
  return segment.buffered > full_size() || !limit_open(segment, now);
}

void Transfer::set_paused(core::SegmentId id, Segment& segment, bool paused, Instant now) {
  segment.paused = paused;
  tell(core::SegmentPaused{id, paused}, now);
}

void Transfer::resume_paused(Instant now) {
  std::vector<core::SegmentId> ready;
  for (auto& [id, segment] : segments_) {
    if (!segment.paused && !segment.ended) continue;
    if (!flush(segment, segment.ended ? Flush::All : Flush::Aligned)) return;
    if (segment.ended ? segment.buffered == 0 : !must_pause(segment, now)) ready.push_back(id);
  }
  for (core::SegmentId id : ready) {
    const auto it = segments_.find(id);
    if (it == segments_.end()) continue;
    if (it->second.ended) {
      end_segment(id, std::move(it->second.ended->failure), now);
      continue;
    }
    set_paused(id, it->second, false, now);
    ports_.sources.resume(it->second.fetch);
  }
}

void Transfer::sink_has_room(Instant now) {
  tell(core::WindowMoved{ports_.sink.window_end()}, now);
  resume_paused(now);
}

void Transfer::on_time(Instant now) {
  const Duration gap = now - last_turn_;
  last_turn_ = now;
  if (gap >= kBlockedTurn) tell(core::LoopBlocked{gap}, now);
  if (outcome_) return;
  resume_paused(now);
  tell(core::Tick{}, now);
  if (trace_) trace_->count({receiving(), received_, wasted_bytes()}, now);
}

std::optional<Instant> Transfer::next_deadline() const {
  if (outcome_) return std::nullopt;
  Instant next = last_turn_ + kTurnInterval;
  if (const auto scheduled = scheduler_.next_deadline()) next = std::min(next, *scheduled);
  for (const auto& [id, segment] : segments_) {
    if (!segment.paused) continue;
    const auto opens_at = ports_.limits.opens_at(segment.host_limit, last_turn_);
    if (opens_at) next = std::min(next, *opens_at);
  }
  return next;
}

}  // namespace xget::engine
