#include "remote/sync_plan.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.hpp"

namespace xget::remote {
namespace {

SyncVerdict judge_time(const SyncEntry& source, const SyncEntry& destination) {
  if (!source.modified || !destination.modified) {
    return {SyncAction::Copy, SyncReason::UnknownTime};
  }
  if (*source.modified > *destination.modified) return {SyncAction::Copy, SyncReason::Newer};
  return {SyncAction::Skip, SyncReason::NotNewer};
}

SyncVerdict judge_digest(const SyncEntry& source, const SyncEntry& destination) {
  const bool comparable = source.digest && destination.digest &&
                          source.digest->algorithm == destination.digest->algorithm;
  if (!comparable) return {SyncAction::Examine, SyncReason::UnknownDigest};
  if (source.digest != destination.digest) return {SyncAction::Copy, SyncReason::OtherDigest};
  return {SyncAction::Skip, SyncReason::SameDigest};
}

}  // namespace

const char* to_string(SyncReason reason) {
  switch (reason) {
    case SyncReason::Missing: return "it is not there yet";
    case SyncReason::OtherSize: return "it has another size";
    case SyncReason::Newer: return "it is newer";
    case SyncReason::UnknownTime: return "nothing says when it was changed";
    case SyncReason::OtherDigest: return "it has another checksum";
    case SyncReason::UnknownDigest: return "no checksum of both is known";
    case SyncReason::SameSize: return "it has the same size";
    case SyncReason::NotNewer: return "it has the same size and is not newer";
    case SyncReason::SameDigest: return "it has the same checksum";
    case SyncReason::NotAtSource: return "it is not at the source";
  }
  return "";
}

SyncVerdict judge_pair(const SyncEntry& source, const SyncEntry& destination, SyncCompare compare) {
  if (source.size != destination.size) return {SyncAction::Copy, SyncReason::OtherSize};
  switch (compare) {
    case SyncCompare::SizeAndTime: return judge_time(source, destination);
    case SyncCompare::SizeAlone: return {SyncAction::Skip, SyncReason::SameSize};
    case SyncCompare::Digests: return judge_digest(source, destination);
  }
  return {};
}

const SyncPlan::Lane& SyncPlan::lane(SyncSide side) const {
  return lanes_[static_cast<std::size_t>(side)];
}

bool SyncPlan::wants(SyncSide side) const { return !lane(side).head && !lane(side).has_ended; }

Result<void> SyncPlan::offer(SyncSide side, std::optional<SyncEntry> entry) {
  assert(wants(side));
  Lane& own = lanes_[static_cast<std::size_t>(side)];
  if (!entry) {
    own.has_ended = true;
    return {};
  }
  if (entry->path <= own.last) {
    return fail(
        {.code = ErrorCode::Refused,
         .operation = "compare the listings",
         .subject = "\"" + printable(entry->path) + "\"",
         .cause = "it is listed after \"" + printable(own.last) + "\", out of the order of names"});
  }
  own.head = std::move(entry);
  return {};
}

std::optional<SyncStep> SyncPlan::next() {
  if (wants(SyncSide::Source) || wants(SyncSide::Destination) || is_done()) return std::nullopt;
  const auto& source = lane(SyncSide::Source).head;
  const auto& destination = lane(SyncSide::Destination).head;
  if (!destination || (source && source->path < destination->path)) {
    return SyncStep{{SyncAction::Copy, SyncReason::Missing}, take(SyncSide::Source), std::nullopt};
  }
  if (!source || destination->path < source->path) {
    const SyncAction action = rules_.removes ? SyncAction::Delete : SyncAction::Skip;
    return SyncStep{{action, SyncReason::NotAtSource}, std::nullopt, take(SyncSide::Destination)};
  }
  const SyncVerdict verdict = judge_pair(*source, *destination, rules_.compare);
  return SyncStep{verdict, take(SyncSide::Source), take(SyncSide::Destination)};
}

bool SyncPlan::is_done() const {
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& each) { return each.has_ended && !each.head; });
}

std::optional<SyncEntry> SyncPlan::take(SyncSide side) {
  Lane& own = lanes_[static_cast<std::size_t>(side)];
  own.last = own.head->path;
  return std::exchange(own.head, std::nullopt);
}

}  // namespace xget::remote
