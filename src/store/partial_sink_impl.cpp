#include "store/partial_sink_impl.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "core/http_date.hpp"
#include "store/commit_group.hpp"
#include "store/digest_check.hpp"
#include "store/disk_error.hpp"
#include "store/origin_url.hpp"

namespace xget::store {
namespace {

// A file this large, as a part of the memory, does not stay in the page cache. Kept, it would push
// out what the machine works with, and each of its pages would be a fresh one: where a hypervisor
// lends the memory, that costs more than the copy.
constexpr std::uint64_t kLargePartOfMemory = 16;

std::uint64_t size_of(const core::Representation& representation) {
  return representation.size.value_or(kUnknownEnd);
}

}  // namespace

PartialSink::Impl::Impl(PartialFiles files, PartialLock lock, core::Worker& disk,
                        core::Worker& hashing, const core::Representation& representation,
                        PartialSettings settings, std::uint64_t piece_length)
    : files_(std::move(files)),
      lock_(std::move(lock)),
      disk_(disk),
      hashing_(hashing),
      representation_(representation),
      settings_(std::move(settings)),
      piece_length_(piece_length),
      records_(representation.size.has_value() && !settings_.tiny),
      checkpointer_(std::make_shared<Checkpointer>(files_)),
      ledger_(size_of(representation), piece_length) {}

// Whoever comes after this sink finds the names on the disk at rest.
void PartialSink::Impl::close() {
  closed_ = true;
  if (behind_) behind_->end();
  retire();
}

Result<void> PartialSink::Impl::begin(std::uint64_t generation) {
  auto info = files_.file->info();
  if (!info) return fail(std::move(info.error()));
  frame_.generation = generation;
  frame_.size = representation_.size.value_or(0);
  frame_.piece_length = piece_length_;
  frame_.inode = info->inode;
  frame_.url = settings_.url;
  frame_.validators = representation_.validators;
  frame_.server_digest = representation_.digest;
  if (const auto origin = origin_url(settings_.url)) {
    files_.file->set_attribute(kOriginUrlAttribute, *origin);
  }
  rechecker_ = Rechecker::create(files_.file, hashing_, [weak = weak_from_this()](const auto& all) {
    auto self = weak.lock();
    if (self && !self->closed_) self->on_verdicts(all);
  });
  if (goes_past_the_cache()) begin_write_behind();
  if (auto begun = begin_digest(); !begun) return begun;
  return representation_.size ? begin_pieces(*representation_.size) : Result<void>{};
}

void PartialSink::Impl::start_empty_sidecar() {
  dirty_ = records_;
  if (dirty_) begin_checkpoint();
}

void PartialSink::Impl::record(const core::Validators& validators) {
  representation_.validators = frame_.validators = validators;
  dirty_ = dirty_ || records_;
}

void PartialSink::Impl::take_over(const Sidecar& sidecar) {
  for (const auto& [index, digest] : sidecar.pieces) ledger_.add_piece(index, digest);
  for (const Run& run : sidecar.runs) ledger_.add_run(run);
  recorded_ = ledger_.written();
  if (defence_on(Defence::VerifyClaims)) unverified_ = ledger_.written();
  // The generation and the fresh validators are worth a checkpoint only with the first new byte.
  drop_unclaimed_pages();
}

// A sync that failed in an earlier run leaves pages in memory that count as clean and are not on
// the disk. ext4 even loses what is written over such a page later, and says that it synced it: the
// extent below stays unwritten. A page that is read anew has no such past.
void PartialSink::Impl::drop_unclaimed_pages() {
  for (auto gap = recorded_.next_gap(0, frame_.size); gap;
       gap = recorded_.next_gap(gap->end, frame_.size)) {
    files_.file->drop_cache(*gap);
  }
}

void PartialSink::Impl::take_over_unhashed(std::uint64_t bytes) {
  const ByteRange kept{0, std::min(bytes, size_of(representation_))};
  unverified_.add(kept);
}

// ---- writing ------------------------------------------------------------------------------

// Small files are wanted again soon, and from memory; so are bytes that a digest follows.
bool PartialSink::Impl::goes_past_the_cache() const {
  const bool read_back = settings_.digest || settings_.pieces;
  if (settings_.writer == nullptr || !records_ || read_back) return false;
  switch (settings_.direct_io) {
    case DirectIo::Off: return false;
    case DirectIo::On: return files_.file->direct_writes() != core::DirectWrites::Impossible;
    case DirectIo::Auto: break;
  }
  return is_large() && files_.file->direct_writes() == core::DirectWrites::Fast;
}

void PartialSink::Impl::begin_write_behind() {
  log::debug(files_.partial_path() + " is written past the page cache");
  behind_ = std::make_shared<WriteBehind>(
      files_.file, *settings_.writer,
      [weak = weak_from_this()](std::uint64_t offset, std::span<const std::byte> bytes,
                                const Result<void>& outcome) {
        auto self = weak.lock();
        if (self && !self->closed_) self->on_written(offset, bytes, outcome);
      });
}

Result<void> PartialSink::Impl::write(std::uint64_t offset, core::LentBytes lent) {
  if (broken_) return fail(*broken_);
  if (write_error_) return fail(*write_error_);
  const std::span<const std::byte> bytes = lent.bytes;
  auto dropped = drop_now_if_claimed({offset, offset + bytes.size()});
  if (!dropped) return dropped;
  if (behind_) {
    if (!defence_on(Defence::AwaitWrites)) wrote(offset, bytes);
    behind_->write(offset, std::move(lent));
    return {};
  }
  if (auto written = files_.file->write_at(offset, bytes); !written) return written;
  wrote(offset, bytes);
  return {};
}

void PartialSink::Impl::on_written(std::uint64_t offset, std::span<const std::byte> bytes,
                                   const Result<void>& outcome) {
  if (!outcome) {
    if (!write_error_) write_error_ = outcome.error();
  } else if (defence_on(Defence::AwaitWrites)) {
    wrote(offset, bytes);
  }
  const bool has_room = std::exchange(awaited_, false) && takes_more();
  if (room_ && (has_room || !outcome)) room_();
  try_finish();
}

bool PartialSink::Impl::takes_more() {
  awaited_ = behind_ && behind_->full();
  return !awaited_;
}

// They are in the file, and their digests grow by them.
void PartialSink::Impl::wrote(std::uint64_t offset, std::span<const std::byte> bytes) {
  const ByteRange range{offset, offset + bytes.size()};
  ledger_.append(offset, bytes);
  if (is_large()) cached_.add(range);
  undurable_ += bytes.size();
  dirty_ = true;
  came(range);
}

std::uint64_t PartialSink::Impl::undurable_bytes() const {
  if (!records_) return 0;
  return undurable_ + (behind_ ? behind_->bytes() : 0);
}

// Bytes that a sidecar claims with another digest may not change under it. Who forgets a range
// and comes to write it before the drop was recorded waits here for that; it is rare.
Result<void> PartialSink::Impl::drop_now_if_claimed(ByteRange range) {
  const bool claimed =
      recorded_.touches(range) || (checkpoint_ && checkpoint_->claims.touches(range));
  if (!claimed) return {};
  Checkpoint now;
  now.snapshot = snapshot();
  now.claims = ledger_.written();
  if (auto recorded = checkpointer_->record(*now.snapshot, {}); !recorded) {
    broken_ = recorded.error();
    return recorded;
  }
  if (checkpoint_) checkpoint_->claims.clear();  // superseded
  took_effect(now);
  return {};
}

void PartialSink::Impl::forget(ByteRange range) {
  const RangeSet dropped = drop(range);
  std::erase_if(untold_, [range](const auto& entry) { return overlap(entry.second.range, range); });
  for (const ByteRange gone : dropped.ranges()) {
    cached_.remove(gone);
    if (digest_) digest_->forget(gone);
    if (pieces_) pieces_->forget(gone);
  }
}

// Of published pieces, all of which was believed, the bytes are worth nothing. Those that share a
// digest of the ledger's with them are, and are hashed anew: they may come from another source.
void PartialSink::Impl::forget_pieces(const std::vector<ByteRange>& pieces) {
  RangeSet rest;
  for (const ByteRange piece : pieces) {
    const RangeSet dropped = drop(piece);
    for (const ByteRange range : dropped.ranges()) rest.add(range);
  }
  for (const ByteRange piece : pieces) {
    rest.remove(piece);
    cached_.remove(piece);
    if (digest_) digest_->forget(piece);
  }
  std::vector<Stretch> stretches;
  for (const ByteRange kept : rest.ranges()) {
    unverified_.add(kept);
    for (Stretch& stretch : unhashed_stretches(ledger_, kept)) {
      stretches.push_back(std::move(stretch));
    }
  }
  if (!stretches.empty()) rechecker_->add(std::move(stretches));
}

// The range, and all that shares a digest with it. No re-check speaks of it any more.
RangeSet PartialSink::Impl::drop(ByteRange range) {
  RangeSet dropped(range);
  if (behind_) {
    for (const ByteRange unwritten : behind_->forget(range)) dropped.add(unwritten);
  }
  for (const ByteRange unit : rechecker_->forget(range)) {
    merging_.erase(ledger_.piece_of(unit.begin));
    dropped.add(unit);
  }
  RangeSet before;
  const ByteRange around = ledger_.pieces_around(range);
  for (auto was = ledger_.written().next(around.begin); was && was->begin < around.end;
       was = ledger_.written().next(was->end)) {
    before.add(intersect(*was, around));
  }
  ledger_.forget(range);
  for (const ByteRange was : before.ranges()) {
    for (auto gap = ledger_.written().next_gap(was.begin, was.end); gap;
         gap = ledger_.written().next_gap(gap->end, was.end)) {
      dropped.add(*gap);
    }
  }
  for (const ByteRange gone : dropped.ranges()) unverified_.remove(gone);
  dirty_ = records_;
  return dropped;
}

RangeSet PartialSink::Impl::held() const {
  RangeSet held = readable();
  if (!behind_) return held;
  for (const ByteRange range : behind_->ranges()) held.add(range);
  return held;
}

RangeSet PartialSink::Impl::readable() const {
  RangeSet held = ledger_.written();
  for (const ByteRange range : unverified_.ranges()) held.add(range);
  return held;
}

// ---- checkpoints --------------------------------------------------------------------------

// What was handed over before is in it.
void PartialSink::Impl::checkpoint(Done done) {
  const bool waits = behind_ && !behind_->idle() && defence_on(Defence::AwaitWrites);
  if (!waits) return request_checkpoint(std::move(done));
  behind_->afterwards([weak = weak_from_this(), done = std::move(done)] {
    auto self = weak.lock();
    if (self && !self->closed_) self->request_checkpoint(done);
  });
}

void PartialSink::Impl::request_checkpoint(Done done) {
  merge_pieces();
  next_checkpoint_.push_back(std::move(done));
  if (!checkpoint_) begin_checkpoint();
}

Sidecar PartialSink::Impl::snapshot() {
  ++frame_.generation;
  Sidecar sidecar = frame_;
  sidecar.pieces = ledger_.pieces();
  sidecar.runs = ledger_.runs();
  undurable_ = 0;
  dirty_ = false;
  return sidecar;
}

bool PartialSink::Impl::is_large() const {
  return settings_.physical_memory != 0 && representation_.size &&
         *representation_.size > settings_.physical_memory / kLargePartOfMemory;
}

// What this checkpoint syncs and nobody wants to read any more.
std::vector<ByteRange> PartialSink::Impl::take_droppable() {
  RangeSet drop;
  const std::uint64_t limit = digest_ ? digest_->position() : kUnknownEnd;
  for (auto range = cached_.next(0); range && range->begin < limit;
       range = cached_.next(range->end)) {
    drop.add({range->begin, std::min(range->end, limit)});
  }
  if (pieces_ && !drop.empty()) {
    for (auto unproven = pieces_->next_unproven(0); unproven;
         unproven = pieces_->next_unproven(unproven->end)) {
      drop.remove(*unproven);
    }
  }
  for (const ByteRange range : drop.ranges()) cached_.remove(range);
  return drop.ranges();
}

// The snapshot is taken here, on the loop: what it names was handed to the kernel before the sync
// that the worker begins later.
void PartialSink::Impl::begin_checkpoint() {
  checkpoint_ = std::make_shared<Checkpoint>();
  checkpoint_->waiting = std::exchange(next_checkpoint_, {});
  if (broken_) {
    checkpoint_->outcome = fail(*broken_);
  } else if (records_ && dirty_) {
    checkpoint_->claims = ledger_.written();
    checkpoint_->drop = take_droppable();
    checkpoint_->snapshot = snapshot();
  }
  disk_.submit(
      [checkpointer = checkpointer_, checkpoint = checkpoint_] {
        if (!checkpoint->snapshot) return;
        checkpoint->outcome = checkpointer->record(*checkpoint->snapshot, checkpoint->drop);
      },
      [weak = weak_from_this(), checkpoint = checkpoint_] {
        auto self = weak.lock();
        if (self && !self->closed_) self->end_checkpoint(checkpoint);
      });
}

void PartialSink::Impl::took_effect(const Checkpoint& checkpoint) {
  if (checkpoint.snapshot->generation <= recorded_generation_) return;
  recorded_generation_ = checkpoint.snapshot->generation;
  recorded_ = checkpoint.claims;
}

void PartialSink::Impl::end_checkpoint(const std::shared_ptr<Checkpoint>& checkpoint) {
  checkpoint_.reset();
  if (!checkpoint->outcome) {
    broken_ = checkpoint->outcome.error();
  } else if (checkpoint->snapshot) {
    took_effect(*checkpoint);
  }
  if (!next_checkpoint_.empty()) begin_checkpoint();
  for (const Done& done : checkpoint->waiting) {
    if (done) done(checkpoint->outcome);
    if (closed_) return;
  }
  try_finish();
}

// ---- finishing ----------------------------------------------------------------------------

void PartialSink::Impl::finish(std::uint64_t size, Done done) {
  assert(!finished_);
  finish_size_ = size;
  finished_ = std::move(done);
  start_verification();
  later([this, size] {
    if (!finish_size_) return;
    if (auto begun = begin_pieces(size); !begun) return end_finish(std::move(begun));
    came({0, size});
    try_finish();
  });
}

bool PartialSink::Impl::cancel_finish() {
  if (committing_) return false;
  finish_size_.reset();
  finished_ = nullptr;
  return true;
}

// Goes on as soon as nothing is under way that could still object.
void PartialSink::Impl::try_finish() {
  if (!finish_size_) return;
  if (broken_) return end_finish(fail(*broken_));
  if (behind_ && !behind_->idle()) return;
  if (write_error_) return end_finish(fail(*write_error_));
  const bool waits = !unverified_.empty() || !untold_.empty() || checkpoint_ ||
                     !rechecker_->idle() || (pieces_ && !pieces_->idle());
  if (waits) return;
  if (!ledger_.written().contains({0, *finish_size_})) return end_finish(bytes_missing());
  if (pieces_ && pieces_->next_unproven(0)) {  // it was believed while nobody asked
    came({0, *finish_size_});
    return pieces_->idle() ? end_finish(bytes_missing()) : void();
  }
  const std::uint64_t size = *std::exchange(finish_size_, std::nullopt);
  digest_ ? check_digest(size) : commit(size);
}

void PartialSink::Impl::commit(std::uint64_t size) {
  committing_ = true;
  Commit commit;
  commit.size = size;
  commit.replace_existing = settings_.replace_existing;
  commit.another_name_will_do = settings_.another_name_will_do;
  commit.mode = settings_.mode;
  if (settings_.server_time) {
    commit.modified_time = core::parse_http_date(representation_.validators.last_modified);
  }
  commit.mark.size = size;
  commit.mark.validators = representation_.validators;
  commit.mark.digest = settings_.digest;
  commit.mark.url_digest = digest_of_url(settings_.url);
  if (records_) {
    commit.sidecar = snapshot();
    commit.sidecar->committing = true;
  }
  const auto ended = [weak = weak_from_this()](Result<void> outcome) {
    auto self = weak.lock();
    if (self && !self->closed_) self->end_finish(std::move(outcome));
  };
  if (settings_.commits != nullptr && !records_) {
    return settings_.commits->add(checkpointer_, std::move(commit), ended);
  }
  auto outcome = std::make_shared<Result<void>>();
  disk_.submit([checkpointer = checkpointer_, commit = std::move(commit),
                outcome] { *outcome = checkpointer->commit(commit); },
               [outcome, ended] { ended(std::move(*outcome)); });
}

void PartialSink::Impl::end_finish(Result<void> outcome) {
  finish_size_.reset();
  committing_ = false;
  if (const Done done = std::exchange(finished_, nullptr)) done(std::move(outcome));
}

tl::unexpected<Error> PartialSink::Impl::bytes_missing() const {
  auto gap = ledger_.written().next_gap(0, *finish_size_);
  if (!gap && pieces_) gap = pieces_->next_unproven(0);
  assert(gap);
  return fail(disk_error("finish", files_.path,
                         "bytes from " + std::to_string(gap->begin) +
                             " on are missing: what was there did not match its digest"));
}

// On the loop thread, but not from inside the call that asks.
void PartialSink::Impl::later(std::function<void()> call) {
  disk_.soon([weak = weak_from_this(), call = std::move(call)] {
    auto self = weak.lock();
    if (self && !self->closed_) call();
  });
}

}  // namespace xget::store
