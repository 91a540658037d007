// A download and its mirrors: which of them serve, and whose fault wrong bytes are.
#include <utility>

#include "base/log.hpp"
#include "engine/download.hpp"
#include "engine/job_error.hpp"

namespace xget::engine {
namespace {

constexpr int kMostRefetchesOfAPiece = 3;
constexpr int kMostRefetchesOfASharedPiece = 2;  // then one of its mirrors goes on alone

}  // namespace

// Nothing that was learnt from the one before holds for it: neither its validators, nor that it
// serves no ranges. That one may serve again when it was compared.
void Download::change_mirror(core::MirrorId mirror) {
  job_.mirrors.doubt(plan_.mirror);
  plan_.mirror = mirror;
  plan_.one_stream = false;
  plan_.known = {};
  shown_ = {};
  failures_of_ranges_ = 0;
}

// The others are compared with what is held, and serve too where they agree.
void Download::compare_mirrors(Instant now) {
  comparisons_.on_time(now);
  act_on_comparisons(now);
  const std::vector<core::MirrorId> mirrors = transfer_->take_mirrors_to_compare();
  if (mirrors.empty() || !transfer_->flush_full()) return;
  for (const core::MirrorId mirror : mirrors) {
    comparisons_.begin(mirror, expected_of(mirror), sink_.readable(), now);
  }
}

// One that shares its ETags (RFC 6249 section 3.3) and shows another has another version, which
// samples need not meet. That it shows the same proves nothing: any server can.
core::Representation Download::expected_of(core::MirrorId mirror) const {
  core::Representation expected{
      .size = plan_.version.size, .validators = {}, .ranges = true, .content_type = ""};
  if (job_.mirrors.at(mirror).tags_of == plan_.mirror) {
    expected.validators.strong_etag = plan_.version.validators.strong_etag;
  }
  return expected;
}

void Download::act_on_comparisons(Instant now) {
  for (MirrorComparison& one : comparisons_.take_results()) {
    const std::string name = job_.sources.name(one.mirror);
    switch (one.result) {
      case SampleResult::Agree:
        // Nothing would tell when it changes.
        if (!one.version.validators.any() && !job_.settings.names_bytes(plan_.version.size)) {
          log::info(name + " names no version, and is left out");
          transfer_->expel(one.mirror, now);
          break;
        }
        log::info(name + " has the same bytes in samples, and serves too");
        admitted_[one.mirror] = one.version;
        joined_by_samples_ = true;
        transfer_->admit(one.mirror, std::move(one.version), {one.mirror, one.rate, one.round_trip},
                         now);
        break;
      case SampleResult::Disagree:
        job_.note(name + " has other bytes: it is left out");
        transfer_->expel(one.mirror, now);
        break;
      case SampleResult::Failed:
        log::info(name + " is left for now: " + one.cause);
        transfer_->rest(one.mirror, now);
        break;
    }
  }
}

void Download::refetch_wrong_pieces(Instant now) {
  const bool was_alone = alone_;
  for (const ByteRange& piece : std::exchange(wrong_pieces_, {})) {
    if (auto refusal = on_wrong_piece(piece)) {
      outcome_ = *std::move(refusal);
      return;
    }
    transfer_->lose(piece, now);
  }
  if (alone_ && !was_alone && end_transfer()) start_transfer(now);
}

// The source gave it, and it is not what its publisher says: to be fetched again, unless that was
// tried too often.
std::optional<Error> Download::on_wrong_piece(ByteRange piece) {
  const std::string& publisher = job_.settings.pieces_by;
  log::info("bytes " + std::to_string(piece.begin) + "-" + std::to_string(piece.end) + " of " +
            plan_.path + " are not what " + publisher + " says");
  if (times_wrong_.empty()) {
    job_.note("the server gave bytes that are not what " + publisher +
              " says; such pieces are fetched again");
  }
  const bool of_several = givers_.of(piece).size() > 1;
  if (leave_guilty_of(piece)) return std::nullopt;
  const int times = ++times_wrong_[piece.begin];
  if (of_several && !alone_ && times >= kMostRefetchesOfASharedPiece) go_on_alone();
  if (times <= kMostRefetchesOfAPiece) return std::nullopt;
  return wrong_piece_error(job_.url(), piece, publisher);
}

// What one mirror gives alone shows whether it is the guilty one. The next transfer obeys.
void Download::go_on_alone() {
  alone_ = true;
  job_.mirrors.forget_version();
  job_.mirrors.admit(plan_.mirror);
}

// False: it cannot be told who is, or there is nobody else.
bool Download::leave_guilty_of(ByteRange piece) {
  const auto guilty = givers_.blame(piece);
  givers_.remove(piece);
  if (!guilty || job_.mirrors.at(*guilty).banned) return false;
  job_.mirrors.forgive();
  if (!job_.mirrors.others_left(*guilty)) return false;
  job_.note(job_.sources.name(*guilty) + " gave wrong bytes: it is left out");
  job_.mirrors.ban(*guilty);
  admitted_.erase(*guilty);
  alone_ = false;
  if (transfer_) transfer_->expel(*guilty, job_.ports.clock.now());
  return true;
}

// Any of those that gave some may be guilty. What the first one of them gave alone is tried first,
// then another one. False: there is no other way.
bool Download::after_wrong_digest(Instant now) {
  if (sink_.handed_on()) return false;
  const RangeSet by_others = givers_.given_by_others(plan_.mirror);
  if (!by_others.empty()) {
    job_.note("the digest does not match: what other mirrors than " +
              job_.sources.name(plan_.mirror) + " gave is fetched from there");
    for (const ByteRange& range : by_others.ranges()) {
      sink_.forget(range);
      givers_.remove(range);
    }
    go_on_alone();
    finishing_ = false;
    start_transfer(now);
    return true;
  }
  // The digest was the server's word, and goes with the server.
  if (!job_.settings.names_bytes(plan_.version.size)) job_.mirrors.ban_strangers();
  job_.mirrors.forgive();
  if (!job_.mirrors.others_left(plan_.mirror)) return false;
  job_.note("the digest does not match: " + job_.sources.name(plan_.mirror) +
            " is left out, and another mirror is asked");
  job_.mirrors.ban(plan_.mirror);
  outcome_ = BeginElsewhere{};
  return true;
}

}  // namespace xget::engine
