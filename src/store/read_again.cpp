#include "store/read_again.hpp"

#include <deque>
#include <functional>
#include <utility>

#include "store/front_digest.hpp"
#include "store/ledger.hpp"
#include "store/piece_check.hpp"
#include "store/recheck.hpp"

namespace xget::store {
namespace {

// For what hands its reading to a worker, where there is no loop to go on with meanwhile.
class WorkerHere final : public core::Worker {
 public:
  void submit(std::function<void()> task, std::function<void()> done) override {
    waiting_.emplace_back(std::move(task), std::move(done));
  }

  void run() {
    while (!waiting_.empty()) {
      const auto [task, done] = std::move(waiting_.front());
      waiting_.pop_front();
      task();
      done();
    }
  }

 private:
  std::deque<std::pair<std::function<void()>, std::function<void()>>> waiting_;
};

}  // namespace

CheckedBytes check_claims(std::shared_ptr<core::File> file, const Sidecar& sidecar) {
  Ledger ledger(sidecar.size, sidecar.piece_length);
  for (const auto& [index, digest] : sidecar.pieces) ledger.add_piece(index, digest);
  for (const Run& run : sidecar.runs) ledger.add_run(run);
  CheckedBytes checked;
  WorkerHere worker;
  const auto rechecker =
      Rechecker::create(std::move(file), worker, [&](const std::vector<Verdict>& verdicts) {
        for (const Verdict& verdict : verdicts) {
          for (const ByteRange range : verdict.good) checked.good.add(range);
          for (const ByteRange range : verdict.bad) checked.bad.add(range);
        }
      });
  rechecker->add(doubtful_stretches(ledger, ledger.written()));
  worker.run();
  return checked;
}

bool any_claim_holds(const std::shared_ptr<core::File>& file, const Sidecar& sidecar) {
  Sidecar one;
  one.size = sidecar.size;
  one.piece_length = sidecar.piece_length;
  for (const Run& run : sidecar.runs) {
    one.runs = {run};
    if (!check_claims(file, one).good.empty()) return true;
  }
  one.runs.clear();
  for (const auto& piece : sidecar.pieces) {
    one.pieces = {piece};
    if (!check_claims(file, one).good.empty()) return true;
  }
  return false;
}

Result<CheckedBytes> check_pieces(std::shared_ptr<core::File> file,
                                  const core::PublishedPieces& pieces, std::uint64_t size,
                                  const std::string& path) {
  CheckedBytes checked{.good = RangeSet(pieces.covered(size)), .bad = {}};
  WorkerHere worker;
  const auto check =
      PieceCheck::create(std::move(file), worker, pieces, size, path, [&](const auto& verdicts) {
        for (const ByteRange range : verdicts.wrong) checked.bad.add(range);
        for (const ByteRange range : verdicts.unreadable) checked.bad.add(range);
      });
  if (!check) return fail(check.error());
  const ByteRange all{0, size};
  (*check)->came(all, RangeSet(all), {});
  worker.run();
  for (const ByteRange range : checked.bad.ranges()) checked.good.remove(range);
  return checked;
}

Result<std::string> read_digest(std::shared_ptr<core::File> file, std::uint64_t size,
                                DigestAlgorithm algorithm) {
  WorkerHere worker;
  const auto digest = FrontDigest::create(std::move(file), worker, algorithm);
  if (!digest) return fail(digest.error());
  Result<std::string> outcome;
  (*digest)->advance(size);
  (*digest)->finish(size, [&](Result<std::string> hex) { outcome = std::move(hex); });
  worker.run();
  return outcome;
}

}  // namespace xget::store
