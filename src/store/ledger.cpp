#include "store/ledger.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace xget::store {
namespace {

constexpr std::size_t kMaxSpareHashers = 8;

PieceDigest digest_of(const std::variant<PieceDigest, PieceHasher>& state) {
  if (const auto* hasher = std::get_if<PieceHasher>(&state)) return hasher->digest();
  return std::get<PieceDigest>(state);
}

}  // namespace

Ledger::Ledger(std::uint64_t size, std::uint64_t piece_length)
    : size_(size), piece_length_(piece_length) {
  assert(piece_length > 0);
}

void Ledger::append(std::uint64_t offset, std::span<const std::byte> bytes) {
  const ByteRange range{offset, offset + bytes.size()};
  assert(range.end <= size_);
  assert(written_.next_gap(range.begin, range.end).value_or(range) == range);
  written_.add(range);
  if (size_ == kUnknownEnd) return;
  while (!bytes.empty()) {
    const ByteRange piece = piece_range(piece_of(offset));
    const std::size_t inside =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), piece.end - offset));
    extend(offset, bytes.first(inside), piece);
    offset += inside;
    bytes = bytes.subspan(inside);
  }
}

void Ledger::extend(std::uint64_t offset, std::span<const std::byte> bytes, ByteRange piece) {
  auto run = run_ending_at(offset, piece);
  if (run == open_.end()) {
    run = open_.emplace(offset, OpenRun{offset, take_hasher()}).first;
  }
  auto& hasher = std::get<PieceHasher>(run->second.state);
  hasher.update(bytes);
  run->second.end += bytes.size();
  if (ByteRange{run->first, run->second.end} != piece) return;
  pieces_[piece_of(piece.begin)] = hasher.digest();
  if (spare_.size() < kMaxSpareHashers) spare_.push_back(std::move(hasher));
  open_.erase(run);
}

Ledger::OpenRuns::iterator Ledger::run_ending_at(std::uint64_t offset, ByteRange piece) {
  auto run = open_.lower_bound(offset);
  if (run == open_.begin()) return open_.end();
  --run;
  const bool continues = run->second.end == offset && run->first >= piece.begin &&
                         std::holds_alternative<PieceHasher>(run->second.state);
  return continues ? run : open_.end();
}

PieceHasher Ledger::take_hasher() {
  if (spare_.empty()) return {};
  PieceHasher hasher = std::move(spare_.back());
  spare_.pop_back();
  hasher.reset();
  return hasher;
}

void Ledger::remove_runs_inside(ByteRange range) {
  for (auto run = open_.lower_bound(range.begin); run != open_.end() && run->first < range.end;) {
    assert(run->second.end <= range.end);
    run = open_.erase(run);
  }
}

void Ledger::add_piece(std::uint64_t index, PieceDigest digest) {
  const ByteRange range = piece_range(index);
  remove_runs_inside(range);
  written_.add(range);
  pieces_[index] = digest;
}

void Ledger::add_run(const Run& run) {
  assert(!run.range.empty() && piece_of(run.range.begin) == piece_of(run.range.end - 1));
  const std::uint64_t index = piece_of(run.range.begin);
  if (run.range == piece_range(index)) return add_piece(index, run.digest);
  remove_runs_inside(run.range);
  written_.add(run.range);
  open_.insert_or_assign(run.range.begin, OpenRun{run.range.end, run.digest});
}

void Ledger::forget(ByteRange range) {
  if (range.empty()) return;
  written_.remove(range);
  auto run = open_.lower_bound(range.begin);
  if (run != open_.begin() && std::prev(run)->second.end > range.begin) --run;
  while (run != open_.end() && run->first < range.end) {
    written_.remove({run->first, run->second.end});
    run = open_.erase(run);
  }
  auto piece = pieces_.lower_bound(piece_of(range.begin));
  while (piece != pieces_.end() && piece_range(piece->first).begin < range.end) {
    written_.remove(piece_range(piece->first));
    piece = pieces_.erase(piece);
  }
}

std::vector<Run> Ledger::runs() const { return runs_in({0, kUnknownEnd}); }

std::vector<Run> Ledger::runs_in(ByteRange range) const {
  std::vector<Run> all;
  for (auto run = open_.lower_bound(range.begin); run != open_.end() && run->first < range.end;
       ++run) {
    all.push_back({{run->first, run->second.end}, digest_of(run->second.state)});
  }
  return all;
}

std::vector<std::uint64_t> Ledger::pieces_to_merge() const {
  std::vector<std::uint64_t> complete;
  for (const auto& [begin, run] : open_) {
    const std::uint64_t index = piece_of(begin);
    if (!complete.empty() && complete.back() == index) continue;
    if (written_.contains(piece_range(index))) complete.push_back(index);
  }
  return complete;
}

ByteRange Ledger::piece_range(std::uint64_t index) const {
  const std::uint64_t begin = index * piece_length_;
  return {begin, std::min(size_, begin + piece_length_)};
}

ByteRange Ledger::pieces_around(ByteRange range) const {
  return {piece_range(piece_of(range.begin)).begin,
          std::max(range.end, piece_range(piece_of(range.end - 1)).end)};
}

}  // namespace xget::store
