// What a PartialSink checks: what an earlier run claimed, the pieces that were published, and the
// whole file's digest.
#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.hpp"
#include "store/digest_check.hpp"
#include "store/partial_sink_impl.hpp"

namespace xget::store {

// Written, or believed from now on.
void PartialSink::Impl::came(ByteRange range) {
  if (pieces_) pieces_->came(range, ledger_.written(), unverified_);
  front_moved();
}

// ---- re-checks ----------------------------------------------------------------------------

void PartialSink::Impl::merge_pieces() {
  if (!records_ || broken_) return;
  std::vector<Stretch> stretches;
  for (const std::uint64_t piece : ledger_.pieces_to_merge()) {
    if (merging_.contains(piece) || unverified_.touches(ledger_.piece_range(piece))) continue;
    merging_.insert(piece);
    stretches.push_back(stretch_of_piece(ledger_, piece));
  }
  if (!stretches.empty()) rechecker_->add(std::move(stretches));
}

void PartialSink::Impl::verify_claims(std::function<void(ByteRange)> bad, Done done) {
  assert(!bad_ && !verified_);
  bad_ = std::move(bad);
  verified_ = std::move(done);
  start_verification();
  later([this] {
    for (const ByteRange range : std::exchange(unasked_bad_, {})) {
      bad_(range);
      if (closed_) return;
    }
    check_verified();
  });
}

void PartialSink::Impl::start_verification() {
  if (std::exchange(verification_started_, true)) return;
  std::vector<Stretch> stretches = doubtful_stretches(ledger_, unverified_);
  for (const ByteRange range : unverified_.ranges()) {
    if (ledger_.written().touches(range)) continue;
    for (Stretch& unhashed : unhashed_stretches(ledger_, range)) {
      stretches.push_back(std::move(unhashed));
    }
  }
  if (!stretches.empty()) rechecker_->add(std::move(stretches));
}

void PartialSink::Impl::on_verdicts(const std::vector<Verdict>& verdicts) {
  std::vector<Drop> drops;
  for (const Verdict& verdict : verdicts) apply(verdict, drops);
  if (drops.empty()) return check_verified();
  report(std::move(drops));
}

// The drop must be durable before anybody may write there again. Who forgets such a range in the
// meantime knows that it is missing, and is told nothing.
void PartialSink::Impl::report(std::vector<Drop> drops) {
  for (const Drop& drop : drops) untold_.insert_or_assign(drop.range.begin, drop);
  checkpoint([this, drops = std::move(drops)](const Result<void>&) {
    for (const Drop& drop : drops) {
      const auto untold = untold_.find(drop.range.begin);
      if (untold == untold_.end()) continue;
      untold_.erase(untold);
      if (!broken_) tell(drop);
      if (closed_) return;
    }
    check_verified();
  });
}

void PartialSink::Impl::tell(const Drop& drop) {
  if (drop.wrong) {
    if (wrong_) wrong_(drop.range);
  } else if (bad_) {
    bad_(drop.range);
  } else {
    unasked_bad_.push_back(drop.range);
  }
}

void PartialSink::Impl::apply(const Verdict& verdict, std::vector<Drop>& drops) {
  for (const ByteRange range : verdict.good) {
    unverified_.remove(range);
    merging_.erase(ledger_.piece_of(range.begin));
    if (is_large()) cached_.add(range);
  }
  for (const ByteRange range : verdict.bad) {
    merging_.erase(ledger_.piece_of(range.begin));
    forget(range);
    drops.push_back({range});
  }
  if (verdict.whole) {
    ledger_.add_run(*verdict.whole);
    undurable_ += verdict.whole->range.length();
    dirty_ = records_;
  }
  for (const ByteRange range : verdict.good) came(range);
}

void PartialSink::Impl::check_verified() {
  const bool settled = broken_ || (unverified_.empty() && untold_.empty());
  if (!settled) return;
  if (const Done done = std::exchange(verified_, nullptr)) {
    done(broken_ ? Result<void>(fail(*broken_)) : Result<void>{});
    if (closed_) return;
  }
  try_finish();
}

// ---- published pieces ---------------------------------------------------------------------

Result<void> PartialSink::Impl::begin_pieces(std::uint64_t size) {
  if (!settings_.pieces || pieces_) return {};
  auto pieces = PieceCheck::create(files_.file, hashing_, *settings_.pieces, size, files_.path,
                                   [weak = weak_from_this()](const PieceVerdicts& verdicts) {
                                     auto self = weak.lock();
                                     if (self && !self->closed_) self->on_pieces_checked(verdicts);
                                   });
  if (!pieces) return fail(std::move(pieces.error()));
  pieces_ = std::move(*pieces);
  return {};
}

void PartialSink::Impl::on_pieces_checked(const PieceVerdicts& verdicts) {
  std::vector<Drop> drops;
  for (const ByteRange piece : verdicts.wrong) drops.push_back({piece, true});
  for (const ByteRange piece : verdicts.unreadable) drops.push_back({piece, false});
  forget_pieces(verdicts.wrong);
  forget_pieces(verdicts.unreadable);
  front_moved();
  if (drops.empty()) return try_finish();
  report(std::move(drops));
}

// ---- the whole file's digest ---------------------------------------------------------------

Result<void> PartialSink::Impl::begin_digest() {
  if (!settings_.digest) return {};
  auto digest = FrontDigest::create(files_.file, hashing_, settings_.digest->algorithm);
  if (!digest) return fail(std::move(digest.error()));
  digest_ = std::move(*digest);
  return {};
}

// It reads what is there already, and follows the front from then on.
Result<void> PartialSink::Impl::expect(const ExpectedDigest& digest, std::string said_by) {
  assert(!settings_.digest && !finish_size_);
  settings_.digest = digest;
  if (auto begun = begin_digest(); !begun) {
    settings_.digest.reset();
    return begun;
  }
  settings_.digest_by = std::move(said_by);
  frame_.server_digest = representation_.digest = digest;
  dirty_ = dirty_ || records_;
  front_moved();
  return {};
}

// The whole file's digest waits for the pieces: it would begin again with each one that is wrong.
void PartialSink::Impl::front_moved() {
  if (!digest_) return;
  std::uint64_t front = ledger_.written().contiguous_end(0);
  if (const auto doubtful = unverified_.next(0)) front = std::min(front, doubtful->begin);
  if (const auto unproven = pieces_ ? pieces_->next_unproven(0) : std::nullopt) {
    front = std::min(front, unproven->begin);
  }
  digest_->advance(front);
}

void PartialSink::Impl::check_digest(std::uint64_t size) {
  digest_->advance(size);
  digest_->finish(size, [weak = weak_from_this(), size](const Result<std::string>& hex) {
    auto self = weak.lock();
    if (!self || self->closed_ || !self->finished_) return;
    if (!hex) return self->end_finish(fail(hex.error()));
    auto match = compare_digests(*self->settings_.digest, *hex, self->files_.path,
                                 self->settings_.digest_by);
    if (match) return self->commit(size);
    // All bytes are there: a run that knows a better digest need not fetch them again.
    match.error().kept = "the whole download, as " + printable(self->files_.partial_path());
    self->checkpoint([raw = self.get(), match](const Result<void>&) { raw->end_finish(match); });
  });
}

}  // namespace xget::store
