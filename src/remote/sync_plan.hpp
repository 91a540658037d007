// What a synchronisation does: two listings that are merged as they come, in the order of their
// paths' bytes, with one entry of each in memory, so that ten million files need no more than ten.
//
// Whoever lists feeds it, as the pages of a store or the folders of a disk arrive:
//
//   while (!plan.is_done()) {
//     for each Side that plan.wants(side): plan.offer(side, the next entry, or nullopt at the end)
//     while (auto step = plan.next()) carry it out
//   }
//
// Nothing is taken for missing, or for superfluous, before the other side has shown an entry beyond
// it or has ended: a listing that fails must not be offered an end. What is filtered out is
// offered from neither side, and so is never deleted.
// Thread: any; pure. What a plan decides never depends on how its entries arrive.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct SyncEntry {
  std::string path;  // relative, "/" between segments, never empty; stores: the key's rest
  std::uint64_t size = 0;
  std::optional<WallTime> modified;
  std::optional<ExpectedDigest> digest;  // of its bytes, where the listing tells it: an ETag, say
};

enum class SyncCompare {
  SizeAndTime,  // --update: another size, or the source is newer
  SizeAlone,    // --size-only
  Digests       // --checksum
};

struct SyncRules {
  SyncCompare compare = SyncCompare::SizeAndTime;
  bool removes = false;  // --delete
};

enum class SyncAction {
  Copy,
  Skip,
  Delete,  // at the destination
  Examine  // sizes agree; copy if the digests differ, which somebody has to make
};

enum class SyncReason {
  Missing,  // at the destination
  OtherSize,
  Newer,        // the source changed after the destination did, in whole seconds
  UnknownTime,  // whether it did nobody knows
  OtherDigest,
  UnknownDigest,  // there are not two digests of one kind
  SameSize,       // which is all that was asked for
  NotNewer,
  SameDigest,
  NotAtSource
};

// "it is newer" and the like: for --dry-run and reports, without a full stop.
const char* to_string(SyncReason reason);

struct SyncVerdict {
  SyncAction action = SyncAction::Copy;
  SyncReason reason = SyncReason::Missing;
  friend bool operator==(const SyncVerdict&, const SyncVerdict&) = default;
};

// What becomes of a file that both sides have. Another size is another file under every rule.
SyncVerdict judge_pair(const SyncEntry& source, const SyncEntry& destination, SyncCompare compare);

struct SyncStep {
  SyncVerdict verdict;
  std::optional<SyncEntry> source;       // nullopt: it is only at the destination
  std::optional<SyncEntry> destination;  // nullopt: it is only at the source
};

enum class SyncSide { Source, Destination };

class SyncPlan {
 public:
  explicit SyncPlan(SyncRules rules) : rules_(rules) {}

  // Whether it can go on only with this side's next entry.
  [[nodiscard]] bool wants(SyncSide side) const;

  // The next entry, or nullopt after the last. Only if it is wanted. Fails with Refused if the
  // entry does not come after the one before it: no merge of such a listing is right, and --delete
  // would take away what is there. The plan must then not be used any more.
  Result<void> offer(SyncSide side, std::optional<SyncEntry> entry);

  // In the order of the paths. nullopt: it wants an entry, or is done.
  std::optional<SyncStep> next();

  [[nodiscard]] bool is_done() const;

 private:
  struct Lane {
    std::optional<SyncEntry> head;
    std::string last;  // the path before it; empty: there was none
    bool has_ended = false;
  };
  [[nodiscard]] const Lane& lane(SyncSide side) const;
  std::optional<SyncEntry> take(SyncSide side);

  SyncRules rules_;
  std::array<Lane, 2> lanes_;  // by SyncSide
};

}  // namespace xget::remote
