// The sidecar: what parses stays within its own size and limits, and is written out as an equal
// sidecar. The input is the document behind its digest member; the digest is made here, since no
// mutation would ever get past a wrong one.
#include <bit>

#include "base/text.hpp"
#include "core/piece_length.hpp"
#include "fuzz/fuzz_input.hpp"
#include "store/sidecar.hpp"

using namespace xget;
using fuzz::require;
using store::Sidecar;

namespace {

std::string with_digest(std::string_view covered) {
  const auto digest = piece_digest(std::as_bytes(std::span(covered)));
  return "{\"digest\":\"" + to_hex(digest) + "\"," + std::string(covered);
}

bool same_runs(const std::vector<store::Run>& a, const std::vector<store::Run>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.range == y.range && x.digest == y.digest;
  });
}

bool same(const Sidecar& a, const Sidecar& b) {
  return a.generation == b.generation && a.size == b.size && a.piece_length == b.piece_length &&
         a.inode == b.inode && a.url == b.url && a.validators == b.validators &&
         a.committing == b.committing && a.pieces == b.pieces && same_runs(a.runs, b.runs);
}

void check_claims(const Sidecar& sidecar) {
  require(
      std::has_single_bit(sidecar.piece_length) && sidecar.piece_length >= core::kMinPieceLength,
      "a piece length is a power of two and not tiny");
  require(sidecar.runs.size() <= store::kMaxSidecarRuns, "the runs are bounded");
  std::uint64_t in_runs = 0;
  for (const store::Run& run : sidecar.runs) {
    require(!run.range.empty() && run.range.end <= sidecar.size, "a run lies within the size");
    require(!sidecar.pieces.contains(run.range.begin / sidecar.piece_length),
            "no run lies in a finished piece");
    in_runs += run.range.length();
  }
  const RangeSet claimed = sidecar.claimed();
  require(claimed.size() >= in_runs, "runs do not overlap");
  require(claimed.size() <= sidecar.size, "no more is claimed than there is");
  require(claimed.empty() || claimed.ranges().back().end <= sidecar.size,
          "every claim lies within the size");
}

void check(std::string_view document) {
  const auto parsed = store::parse_sidecar(document);
  if (!parsed) {
    require(parsed.error().code == ErrorCode::Disk, "what is refused is the disk's");
    require(!parsed.error().cause.empty(), "a refusal says why");
    require(printable(parsed.error().cause) == parsed.error().cause, "a cause can be printed");
    return;
  }
  require(document.size() <= store::kMaxSidecarBytes, "a document is bounded");
  check_claims(*parsed);
  const std::string written = store::serialise(*parsed);
  const auto again = store::parse_sidecar(written);
  require(again.has_value(), "what is written can be read");
  require(same(*parsed, *again), "what is read is what was written");
  require(store::serialise(*again) == written, "there is one way to write it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::FuzzInput(data, size).rest();
  check(with_digest(text));
  require(!store::parse_sidecar(text) || text.starts_with("{\"digest\":"),
          "nothing is believed without its digest");
  if (const auto mark = store::parse_origin_mark(text)) {
    const auto again = store::parse_origin_mark(store::serialise(*mark));
    require(again && again->is_of(mark->size, mark->mtime_ns), "a mark is of one file alone");
    require(again->validators == mark->validators && again->digest == mark->digest &&
                again->url_digest == mark->url_digest,
            "a mark is read as it was written");
  }
  return 0;
}
