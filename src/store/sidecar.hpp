// What xget writes down about a file: the sidecar, FILE.partial.json, and the origin mark, an
// extended attribute of the finished FILE. JSON, readable with jq.
//
//   {"digest":"<XXH3-128 of every byte after this member's comma, 32 hex digits>",
//    "schema":1,"generation":7,"size":…,"piece_length":…,"inode":…,"committing":false,
//    "url":"…","validators":{"strong_etag":"…","weak_etag":"…","last_modified":"…",
//    "last_modified_is_strong":false,"resource":"…"},"server_digest":"sha256:<hex digits>",
//    "pieces":[[index,"<32 hex digits>"],…],"runs":[[begin,end,"<32 hex digits>"],…]}
//
// on one line; pieces and runs ascend, and server_digest is there only if the server said one. The
// digest stands first and covers the text rather than the values, so that no reading of it, however
// lenient, can believe a changed document. Texts from servers are bytes, and need not be UTF-8:
// byte N is kept as the character U+00NN, which is written as \u00NN where it is not ASCII.
//
// Turned down: a binary bitmap (no digests, not readable), an append-only log (needs compaction
// and a torn-tail rule; at 1 MiB a whole document costs 12 ms on a worker).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/validator.hpp"
#include "xget/error.hpp"

namespace xget::store {

// A run of bytes inside one piece, with its digest so far.
struct Run {
  ByteRange range;
  PieceDigest digest;
};

struct Sidecar {
  static constexpr int kSchema = 1;

  std::uint64_t generation = 0;  // grows with every checkpoint
  std::uint64_t size = 0;        // of the representation
  std::uint64_t piece_length = 0;
  std::uint64_t inode = 0;  // of FILE.partial; both may have been moved since
  std::string url;          // without secrets; information for people, never used
  core::Validators validators;
  std::optional<ExpectedDigest> server_digest;  // of the representation, as the server says it
  bool committing = false;  // the bytes were whole and verified; only the rename is missing
  std::map<std::uint64_t, PieceDigest> pieces;  // finished: index → XXH3-128
  std::vector<Run> runs;                        // of unfinished pieces, disjoint, in order

  // All bytes that pieces and runs claim.
  [[nodiscard]] RangeSet claimed() const;
};

inline constexpr std::size_t kMaxSidecarBytes = 4U << 20;

// The document; the digest is made here. At most kMaxSidecarRuns runs are written: leaving out a
// claim is safe, and only a bug in how ranges are handed out can make so many.
inline constexpr std::size_t kMaxSidecarRuns = 4096;
std::string serialise(const Sidecar& sidecar);

// Strict: nothing of a document is believed unless all of it is sound (own digest, schema, no
// unknown shape, pieces and runs inside the size and not overlapping). Fails with Disk, the cause
// in words: "torn or garbled", "written by a newer xget (schema 2)", ...
Result<Sidecar> parse_sidecar(std::string_view document);

// What FILE's own extended attribute says it was when xget finished it.
struct OriginMark {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  core::Validators validators;           // the strong ones alone are recorded
  std::optional<ExpectedDigest> digest;  // that its bytes were checked against
  std::string url_digest;                // digest_of_url() of where it came from; empty: not known

  // Whether the file is as it was left, by all but its bytes.
  [[nodiscard]] bool is_of(std::uint64_t its_size, std::int64_t its_mtime_ns) const {
    return size == its_size && mtime_ns == its_mtime_ns;
  }
};

inline constexpr char kOriginMarkAttribute[] = "xget.origin";  // "user.xget.origin" on Linux

// 64 hex digits, which tell nothing of a secret that is still in the URL. Empty for a URL whose
// secrets were hidden: that may be many files'.
std::string digest_of_url(std::string_view url_without_secrets);

std::string serialise(const OriginMark& mark);
// nullopt: it is no mark.
std::optional<OriginMark> parse_origin_mark(std::string_view document);

}  // namespace xget::store
