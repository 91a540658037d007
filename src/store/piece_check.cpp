#include "store/piece_check.hpp"

#include <algorithm>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "store/digest_check.hpp"
#include "store/read_back.hpp"

namespace xget::store {
namespace {

tl::unexpected<Error> of_another_file(const core::PublishedPieces& pieces, std::uint64_t size,
                                      const std::string& path) {
  Error error;
  error.code = ErrorCode::Checksum;
  error.operation = "check the pieces of";
  error.subject = printable(path);
  error.cause = "the file has " + std::to_string(size) + " bytes, ";
  error.cause += pieces.resource_size
                     ? "and its pieces are those of one of " + std::to_string(*pieces.resource_size)
                     : "and " + std::to_string(pieces.count()) + " pieces of " +
                           std::to_string(pieces.length) + " bytes are not its";
  error.remedy = "check that the pieces and the URL are of the same file";
  return fail(std::move(error));
}

}  // namespace

// Some pieces on their way through the worker, who alone touches this while a task runs.
struct PieceCheck::Batch {
  enum class Verdict : std::uint8_t { Right, Wrong, Unreadable };
  struct Piece {
    std::size_t index = 0;
    ByteRange range;
    Verdict verdict = Verdict::Right;
  };

  std::shared_ptr<core::File> file;
  std::shared_ptr<const core::PublishedPieces> pieces;
  std::vector<Piece> all;

  std::size_t at = 0;        // piece being read
  std::uint64_t offset = 0;  // inside it
  std::unique_ptr<Digester> digester;
  std::vector<std::byte> buffer;

  [[nodiscard]] bool ended() const { return at == all.size(); }

  void work() {
    for (std::uint64_t read = 0; read < kPieceTaskBytes && !ended();) read += read_some();
  }

 private:
  std::uint64_t read_some() {
    Piece& piece = all[at];
    if (!digester) digester = Digester::create(pieces->algorithm);
    const auto want = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer.size(), piece.range.length() - offset));
    const auto part = std::span(buffer).first(want);
    const auto got = file->read_at(piece.range.begin + offset, part);
    if (!got) log::warning(to_string(got.error()));
    if (got.value_or(0) < want) {
      end_piece(Verdict::Unreadable);
      return want;
    }
    digester->update(part);
    offset += want;
    if (offset < piece.range.length()) return want;
    const bool right = digester->finish_hex() == to_hex(pieces->digest(piece.index));
    end_piece(right || !defence_on(Defence::PublishedPieces) ? Verdict::Right : Verdict::Wrong);
    return want;
  }

  void end_piece(Verdict verdict) {
    all[at].verdict = verdict;
    digester.reset();
    offset = 0;
    ++at;
  }
};

PieceCheck::PieceCheck(std::shared_ptr<core::File> file, core::Worker& hashing,
                       std::shared_ptr<const core::PublishedPieces> pieces, std::uint64_t size,
                       OnVerdicts on_verdicts)
    : file_(std::move(file)),
      hashing_(hashing),
      pieces_(std::move(pieces)),
      size_(size),
      covered_(pieces_->covered(size)),
      on_verdicts_(std::move(on_verdicts)),
      states_(pieces_->count(), State::Missing) {}

Result<std::shared_ptr<PieceCheck>> PieceCheck::create(std::shared_ptr<core::File> file,
                                                       core::Worker& hashing,
                                                       core::PublishedPieces pieces,
                                                       std::uint64_t size, const std::string& path,
                                                       OnVerdicts on_verdicts) {
  if (!pieces.fit(size)) return of_another_file(pieces, size, path);
  if (auto digester = make_digester(pieces.algorithm); !digester) return fail(digester.error());
  return std::shared_ptr<PieceCheck>(new PieceCheck(
      std::move(file), hashing, std::make_shared<const core::PublishedPieces>(std::move(pieces)),
      size, std::move(on_verdicts)));
}

PieceCheck::Span PieceCheck::pieces_in(ByteRange range) const {
  range = intersect(range, covered_);
  if (range.empty()) return {};
  const auto index_of = [this](std::uint64_t offset) {
    return static_cast<std::size_t>((offset - pieces_->begin) / pieces_->length);
  };
  return {index_of(range.begin), index_of(range.end - 1) + 1};
}

void PieceCheck::came(ByteRange range, const RangeSet& there, const RangeSet& doubtful) {
  const Span span = pieces_in(range);
  for (std::size_t index = span.begin; index < span.end; ++index) {
    if (states_[index] != State::Missing) continue;
    const ByteRange piece = pieces_->range(index, size_);
    if (!there.contains(piece) || doubtful.touches(piece)) continue;
    states_[index] = State::Queued;
    queue_.push_back(index);
  }
  if (!batch_) begin_batch();
}

// Those in the queue, or under check, are passed over when their turn or their verdict comes.
void PieceCheck::forget(ByteRange range) {
  const Span span = pieces_in(range);
  for (std::size_t index = span.begin; index < span.end; ++index) {
    if (states_[index] == State::Right) right_.remove(pieces_->range(index, size_));
    states_[index] = State::Missing;
  }
}

std::optional<ByteRange> PieceCheck::next_unproven(std::uint64_t from) const {
  return right_.next_gap(std::max(from, covered_.begin), covered_.end);
}

void PieceCheck::begin_batch() {
  if (queue_.empty()) return;
  auto batch = std::make_shared<Batch>();
  std::uint64_t bytes = 0;
  while (!queue_.empty() && bytes < kPieceTaskBytes) {
    const std::size_t index = queue_.front();
    queue_.pop_front();
    if (states_[index] != State::Queued) continue;
    states_[index] = State::UnderCheck;
    batch->all.push_back({index, pieces_->range(index, size_)});
    bytes += batch->all.back().range.length();
  }
  if (batch->all.empty()) return;
  batch->file = file_;
  batch->pieces = pieces_;
  batch->buffer = std::move(buffer_);
  batch->buffer.resize(kReadBytes);
  batch_ = std::move(batch);
  run_batch();
}

void PieceCheck::run_batch() {
  hashing_.submit([batch = batch_] { batch->work(); },
                  [weak = weak_from_this()] {
                    if (auto self = weak.lock()) self->end_task();
                  });
}

void PieceCheck::end_task() {
  if (!batch_->ended()) return run_batch();
  const auto batch = std::exchange(batch_, nullptr);
  buffer_ = std::move(batch->buffer);
  const PieceVerdicts verdicts = judge(*batch);
  begin_batch();
  on_verdicts_(verdicts);
}

PieceVerdicts PieceCheck::judge(const Batch& batch) {
  PieceVerdicts verdicts;
  for (const Batch::Piece& piece : batch.all) {
    State& state = states_[piece.index];
    if (state != State::UnderCheck) continue;
    state = State::Missing;
    switch (piece.verdict) {
      case Batch::Verdict::Right:
        state = State::Right;
        right_.add(piece.range);
        break;
      case Batch::Verdict::Wrong: verdicts.wrong.push_back(piece.range); break;
      case Batch::Verdict::Unreadable: verdicts.unreadable.push_back(piece.range); break;
    }
  }
  return verdicts;
}

}  // namespace xget::store
