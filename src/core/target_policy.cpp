#include "core/target_policy.hpp"

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

BeforeRequest decide_before_request(const ExistingFacts& facts, Existing existing, Resume resume,
                                    bool digest_given) {
  if (!facts.exists || existing == Existing::Overwrite) return BeforeRequest::GoOn;
  if (existing == Existing::Keep) return BeforeRequest::LeaveIt;
  if (digest_given) return BeforeRequest::CheckDigest;
  if (resume == Resume::Never) return BeforeRequest::Refuse;
  if (facts.has_origin_mark || resume == Resume::Adopt) return BeforeRequest::AskServer;
  return BeforeRequest::Refuse;
}

ExistingVerdict judge_existing(std::uint64_t existing_size,
                               const std::optional<Representation>& recorded,
                               const Representation& offered, Resume resume) {
  if (recorded && recorded->size == offered.size &&
      compare_versions(recorded->validators, offered.validators) == VersionMatch::Same) {
    return ExistingVerdict::AlreadyComplete;
  }
  // One of the server's size may be whole, or preallocated and full of holes: samples cannot tell.
  const bool shorter = offered.size && existing_size < *offered.size;
  return resume == Resume::Adopt && offered.ranges && shorter ? ExistingVerdict::SampleAsBeginning
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
