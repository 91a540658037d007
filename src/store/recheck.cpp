#include "store/recheck.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "store/read_back.hpp"

namespace xget::store {
namespace {

// Runs as stretches of those that follow each other without a gap. `joins` has the last word.
template <typename Joins>
std::vector<Stretch> join(const std::vector<Run>& runs, Joins joins) {
  std::vector<Stretch> stretches;
  for (const Run& run : runs) {
    const bool follows = !stretches.empty() && stretches.back().range.end == run.range.begin &&
                         joins(stretches.back().range, run.range);
    if (!follows) stretches.push_back({{run.range.begin, run.range.begin}, {}});
    stretches.back().range.end = run.range.end;
    stretches.back().runs.push_back(run);
  }
  return stretches;
}

}  // namespace

std::vector<Stretch> doubtful_stretches(const Ledger& ledger, const RangeSet& doubtful) {
  std::vector<Run> claims;
  for (const auto& [index, digest] : ledger.pieces()) {
    const ByteRange range = ledger.piece_range(index);
    if (doubtful.contains(range)) claims.push_back({range, digest});
  }
  for (const Run& run : ledger.runs()) {
    if (doubtful.contains(run.range)) claims.push_back(run);
  }
  std::sort(claims.begin(), claims.end(),
            [](const Run& a, const Run& b) { return a.range.begin < b.range.begin; });
  return join(claims, [&](ByteRange before, ByteRange run) {
    return ledger.piece_of(before.begin) == ledger.piece_of(run.begin);
  });
}

Stretch stretch_of_piece(const Ledger& ledger, std::uint64_t index) {
  const ByteRange piece = ledger.piece_range(index);
  return {piece, ledger.runs_in(piece)};
}

std::vector<Stretch> unhashed_stretches(const Ledger& ledger, ByteRange range) {
  std::vector<Stretch> all;
  while (!range.empty()) {
    const ByteRange piece = ledger.piece_range(ledger.piece_of(range.begin));
    all.push_back({intersect(range, piece), {}});
    range.begin = piece.end;
  }
  return all;
}

// Some stretches on their way through the worker. The stretches do not change; the rest is the
// worker's while a task runs and the loop's in between.
struct Rechecker::Batch {
  std::shared_ptr<core::File> file;
  std::vector<Stretch> stretches;

  std::size_t at = 0;        // stretch being read
  std::uint64_t offset = 0;  // in the file
  std::size_t run = 0;       // of the stretch
  PieceHasher run_hasher;
  PieceHasher whole_hasher;
  std::vector<RangeSet> bad;         // for each stretch
  std::vector<PieceDigest> digests;  // of each whole stretch
  std::vector<std::byte> buffer = std::vector<std::byte>(kReadBytes);

  [[nodiscard]] bool ended() const { return at == stretches.size(); }

  void begin_stretch() {
    if (ended()) return;
    offset = stretches[at].range.begin;
    run = 0;
    run_hasher.reset();
    whole_hasher.reset();
  }

  void work() {
    for (std::uint64_t read = 0; read < kRecheckTaskBytes && !ended(); read += kReadBytes) {
      read_some();
    }
  }

 private:
  void read_some() {
    const Stretch& stretch = stretches[at];
    const ByteRange unit = stretch.runs.empty() ? stretch.range : stretch.runs[run].range;
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), unit.end - offset));
    const auto part = std::span(buffer).first(want);
    const auto got = file->read_at(offset, part);
    if (!got) log::warning(to_string(got.error()));
    if (got.value_or(0) < want) {
      bad[at].add(unit);
      offset = unit.end;
    } else {
      run_hasher.update(part);
      if (stretch.runs.size() > 1) whole_hasher.update(part);
      offset += want;
    }
    if (offset == unit.end) end_unit(stretch, unit);
  }

  void end_unit(const Stretch& stretch, ByteRange unit) {
    const PieceDigest digest = run_hasher.digest();
    if (!stretch.runs.empty() && digest != stretch.runs[run].digest) bad[at].add(unit);
    ++run;
    run_hasher.reset();
    if (offset < stretch.range.end) return;
    digests[at] = stretch.runs.size() > 1 ? whole_hasher.digest() : digest;
    ++at;
    begin_stretch();
  }
};

Rechecker::Rechecker(std::shared_ptr<core::File> file, core::Worker& hashing,
                     OnVerdicts on_verdicts)
    : file_(std::move(file)), hashing_(hashing), on_verdicts_(std::move(on_verdicts)) {}

std::shared_ptr<Rechecker> Rechecker::create(std::shared_ptr<core::File> file,
                                             core::Worker& hashing, OnVerdicts on_verdicts) {
  return std::shared_ptr<Rechecker>(
      new Rechecker(std::move(file), hashing, std::move(on_verdicts)));
}

void Rechecker::add(std::vector<Stretch> stretches) {
  std::move(stretches.begin(), stretches.end(), std::back_inserter(queue_));
  if (!batch_) begin_batch();
}

std::vector<ByteRange> Rechecker::forget(ByteRange range) {
  std::vector<ByteRange> dropped;
  const auto drop_if_touched = [&](ByteRange unit) {
    if (overlap(unit, range)) dropped.push_back(unit);
    return overlap(unit, range);
  };
  if (batch_) {
    for (const Stretch& stretch : batch_->stretches) {
      if (stretch.runs.empty()) drop_if_touched(stretch.range);
      for (const Run& run : stretch.runs) drop_if_touched(run.range);
    }
    std::erase_if(dropped, [this](ByteRange unit) { return forgotten_.contains(unit); });
    for (const ByteRange unit : dropped) forgotten_.add(unit);
  }
  if (std::none_of(queue_.begin(), queue_.end(),
                   [&](const Stretch& stretch) { return overlap(stretch.range, range); })) {
    return dropped;
  }
  const auto in_one_piece = [](ByteRange, ByteRange) { return true; };
  std::deque<Stretch> left;
  for (Stretch& stretch : queue_) {
    if (!overlap(stretch.range, range)) {
      left.push_back(std::move(stretch));
    } else if (stretch.runs.empty()) {
      drop_if_touched(stretch.range);
    } else {
      std::erase_if(stretch.runs, [&](const Run& run) { return drop_if_touched(run.range); });
      for (Stretch& rest : join(stretch.runs, in_one_piece)) left.push_back(std::move(rest));
    }
  }
  queue_ = std::move(left);
  return dropped;
}

void Rechecker::begin_batch() {
  if (queue_.empty()) return;
  batch_ = std::make_shared<Batch>();
  batch_->file = file_;
  std::uint64_t bytes = 0;
  while (!queue_.empty() && bytes < kRecheckTaskBytes) {
    bytes += queue_.front().range.length();
    batch_->stretches.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  batch_->bad.resize(batch_->stretches.size());
  batch_->digests.resize(batch_->stretches.size());
  batch_->begin_stretch();
  run_batch();
}

void Rechecker::run_batch() {
  hashing_.submit([batch = batch_] { batch->work(); },
                  [weak = weak_from_this()] {
                    if (auto self = weak.lock()) self->end_task();
                  });
}

void Rechecker::end_task() {
  if (!batch_->ended()) return run_batch();
  const std::vector<Verdict> verdicts = judge(*batch_);
  batch_.reset();
  forgotten_.clear();
  begin_batch();
  on_verdicts_(verdicts);
}

std::vector<Verdict> Rechecker::judge(const Batch& batch) const {
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < batch.stretches.size(); ++i) {
    const Stretch& stretch = batch.stretches[i];
    Verdict verdict;
    bool complete = true;
    const auto judge_unit = [&](ByteRange unit) {
      if (forgotten_.contains(unit)) {
        complete = false;
      } else if (batch.bad[i].contains(unit)) {
        complete = false;
        verdict.bad.push_back(unit);
      } else {
        verdict.good.push_back(unit);
      }
    };
    if (stretch.runs.empty()) judge_unit(stretch.range);
    for (const Run& run : stretch.runs) judge_unit(run.range);
    if (complete && stretch.runs.size() != 1) verdict.whole = Run{stretch.range, batch.digests[i]};
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace xget::store
