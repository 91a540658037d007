#include "store/write_behind.hpp"

#include <mutex>
#include <utility>

namespace xget::store {
namespace {

bool is_aligned(std::uint64_t offset, std::span<const std::byte> bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  return (offset | bytes.size() | address) % core::kDirectAlignment == 0;
}

core::LentBytes owned(core::LentBytes lent) {
  if (lent.owner) return lent;
  auto copy = std::make_shared<const std::vector<std::byte>>(lent.bytes.begin(), lent.bytes.end());
  return {*copy, copy};
}

}  // namespace

// The outcome is the worker's while the task runs, the rest is the loop's.
struct WriteBehind::Write {
  std::uint64_t offset = 0;
  core::LentBytes lent;
  bool forgotten = false;
  Result<void> outcome;

  [[nodiscard]] ByteRange range() const { return {offset, offset + lent.bytes.size()}; }
};

// What every write goes through, so that whoever closes it knows that none follows.
struct WriteBehind::Gate {
  std::mutex mutex;
  std::shared_ptr<core::File> file;  // null: closed

  void carry_out(Write& write) {
    const std::lock_guard lock(mutex);
    if (!file) return;
    write.outcome = is_aligned(write.offset, write.lent.bytes)
                        ? file->write_direct(write.offset, write.lent.bytes)
                        : file->write_at(write.offset, write.lent.bytes);
  }
};

WriteBehind::WriteBehind(std::shared_ptr<core::File> file, core::Worker& writer,
                         OnWritten on_written)
    : gate_(std::make_shared<Gate>()), writer_(writer), on_written_(std::move(on_written)) {
  gate_->file = std::move(file);
}

void WriteBehind::write(std::uint64_t offset, core::LentBytes lent) {
  auto write = std::make_shared<Write>(Write{.offset = offset, .lent = owned(std::move(lent))});
  bytes_ += write->lent.bytes.size();
  on_the_way_.push_back(write);
  // The task's share of the buffer ends before that of its completion, so the loop has the last.
  writer_.submit([gate = gate_, write] { gate->carry_out(*write); },
                 [weak = weak_from_this(), write] {
                   if (auto self = weak.lock()) self->end_write(*write);
                 });
}

void WriteBehind::end_write(const Write& write) {
  if (on_the_way_.empty()) return;  // end() was called
  bytes_ -= write.lent.bytes.size();
  on_the_way_.pop_front();
  if (!write.forgotten) on_written_(write.offset, write.lent.bytes, write.outcome);
}

std::vector<ByteRange> WriteBehind::forget(ByteRange range) {
  std::vector<ByteRange> lost;
  for (const auto& write : on_the_way_) {
    if (write->forgotten || !overlap(write->range(), range)) continue;
    write->forgotten = true;
    lost.push_back(write->range());
  }
  return lost;
}

void WriteBehind::afterwards(std::function<void()> call) {
  writer_.submit([] {},
                 [weak = weak_from_this(), call = std::move(call)] {
                   if (weak.lock()) call();
                 });
}

void WriteBehind::end() {
  const std::lock_guard lock(gate_->mutex);
  gate_->file.reset();
  on_the_way_.clear();
  bytes_ = 0;
}

std::vector<ByteRange> WriteBehind::ranges() const {
  std::vector<ByteRange> all;
  for (const auto& write : on_the_way_) {
    if (!write->forgotten) all.push_back(write->range());
  }
  return all;
}

}  // namespace xget::store
