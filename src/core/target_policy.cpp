#include "core/target_policy.hpp"

#include "core/http_date.hpp"

namespace xget::core {
namespace {

bool sizes_differ(const Representation& a, const Representation& b) {
  return a.size && b.size && *a.size != *b.size;
}

// Another URL may call the same version by another ETag: where all else agrees, samples may tell.
bool only_tags_differ(const Representation& known, const Representation& offered, Place place) {
  if (place == Place::Given || !known.size || !offered.size) return false;
  const std::string& date = known.validators.last_modified;
  if (date != offered.validators.last_modified) return false;
  return !date.empty() || place == Place::Refreshed;
}

}  // namespace

Validators without_tags(Validators validators) {
  if (validators.last_modified.empty()) return validators;
  validators.strong_etag.clear();
  validators.weak_etag.clear();
  return validators;
}

BeforeRequest decide_before_request(const ExistingFacts& facts, const TargetWishes& wishes) {
  if (!facts.exists) return BeforeRequest::GoOn;
  const bool counts = wishes.resume != Resume::Never;
  if (wishes.skip_existing && counts) {
    if (wishes.digest_given) return BeforeRequest::CheckDigest;
    if (facts.finished_from_here) return BeforeRequest::Skip;
  }
  if (wishes.existing == Existing::Overwrite) return BeforeRequest::GoOn;
  if (wishes.existing == Existing::Keep) return BeforeRequest::LeaveIt;
  if (wishes.digest_given) return BeforeRequest::CheckDigest;
  if (wishes.existing == Existing::Update) {
    return counts ? BeforeRequest::AskServer : BeforeRequest::GoOn;
  }
  const bool may_be_it = facts.has_origin_mark || wishes.resume == Resume::Adopt;
  return may_be_it && counts ? BeforeRequest::AskServer : BeforeRequest::Refuse;
}

ExistingVerdict judge_existing(const ExistingFile& file, const Representation& offered,
                               const TargetWishes& wishes, bool strict) {
  const auto& recorded = file.recorded;
  const VersionMatch match = recorded && recorded->size == offered.size
                                 ? compare_versions(recorded->validators, offered.validators)
                                 : VersionMatch::Unproven;
  if (match == VersionMatch::Same) return ExistingVerdict::AlreadyComplete;
  if (wishes.existing == Existing::Update) {
    const auto date = parse_http_date(offered.validators.last_modified);
    const bool as_good = match == VersionMatch::Unproven && date && *date <= file.modified;
    return as_good && offered.size == file.size && !strict ? ExistingVerdict::NotNewer
                                                           : ExistingVerdict::Replace;
  }
  // One of the server's size may be whole, or preallocated and full of holes: samples cannot tell.
  const bool shorter = offered.size && file.size < *offered.size;
  return wishes.resume == Resume::Adopt && offered.ranges && shorter
             ? ExistingVerdict::SampleAsBeginning
             : ExistingVerdict::Refuse;
}

PartialVerdict judge_partial(const Representation& recorded, const Representation& offered,
                             Place place, bool strict, bool digest_given) {
  if (sizes_differ(recorded, offered)) return PartialVerdict::OtherVersion;
  switch (compare_versions(recorded.validators, offered.validators)) {
    case VersionMatch::Same: return PartialVerdict::Resume;
    case VersionMatch::Different:
      if (only_tags_differ(recorded, offered, place)) break;
      return PartialVerdict::OtherVersion;
    case VersionMatch::Unproven: break;
  }
  if (digest_given) return offered.ranges ? PartialVerdict::Resume : PartialVerdict::BeginAgain;
  if (strict) return PartialVerdict::NotProven;
  return offered.ranges ? PartialVerdict::Sample : PartialVerdict::BeginAgain;
}

RunningVerdict judge_running(const Representation& running, const Representation& offered,
                             Place place) {
  if (sizes_differ(running, offered)) return RunningVerdict::OtherVersion;
  switch (compare_versions(running.validators, offered.validators)) {
    case VersionMatch::Same: return RunningVerdict::Same;
    case VersionMatch::Different:
      return only_tags_differ(running, offered, place) ? RunningVerdict::OtherTags
                                                       : RunningVerdict::OtherVersion;
    case VersionMatch::Unproven: break;
  }
  const bool elsewhere = !of_one_resource(running.validators, offered.validators);
  return elsewhere ? RunningVerdict::OtherTags : RunningVerdict::Unproven;
}

}  // namespace xget::core
