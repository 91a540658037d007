// What to do with what stands at the target. Pure: facts in, a decision out.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "core/representation.hpp"
#include "core/source.hpp"
#include "xget/options.hpp"

namespace xget::core {

// ---- before the first request -------------------------------------------------------------

struct ExistingFacts {
  bool exists = false;              // a file under the final name
  bool has_origin_mark = false;     // with a proof of what it was when it was finished
  bool finished_from_here = false;  // the mark says that it came from this URL
};

struct TargetWishes {
  Existing existing = Existing::Refuse;
  Resume resume = Resume::Default;
  bool digest_given = false;
  bool skip_existing = false;
};

enum class BeforeRequest {
  GoOn,         // nothing in the way, or it may be replaced
  LeaveIt,      // --no-overwrite: done
  Skip,         // --skip-existing: done
  CheckDigest,  // hash it: it may be the wanted file already
  AskServer,    // the server's answer decides
  Refuse,       // nothing could show that it is the wanted file
};
BeforeRequest decide_before_request(const ExistingFacts& facts, const TargetWishes& wishes);

// ---- a whole file stands there and the server has answered ---------------------------------

enum class ExistingVerdict {
  AlreadyComplete,
  NotNewer,  // --timestamping: by its size and its time, which prove nothing
  SampleAsBeginning,
  Replace,  // --timestamping: it is another version, or may be
  Refuse,
};

struct ExistingFile {
  std::uint64_t size = 0;
  WallTime modified{};
  std::optional<Representation> recorded;  // size and validators of its origin mark, if it has one
};
ExistingVerdict judge_existing(const ExistingFile& file, const Representation& offered,
                               const TargetWishes& wishes, bool strict);

// ---- a partial file stands there and the server has answered -------------------------------

enum class PartialVerdict {
  Resume,        // proven to be the same version, or a digest will tell
  Sample,        // fetch some of what is held again and compare
  NotProven,     // --strict: refuse
  OtherVersion,  // the resource changed
  BeginAgain,    // it cannot be compared (no ranges): held bytes are worth nothing
};
PartialVerdict judge_partial(const Representation& recorded, const Representation& offered,
                             Place place, bool strict, bool digest_given);

// ---- a download runs and the server was asked what it has now ------------------------------

enum class RunningVerdict {
  Same,
  Unproven,   // nothing shows a change, nothing proves equality
  OtherTags,  // from another URL, whose ETags are its own, equal ones too: samples decide
  OtherVersion,
};
RunningVerdict judge_running(const Representation& running, const Representation& offered,
                             Place place);

// What of a version's validators holds from URL to URL: the date, if there is one.
Validators without_tags(Validators validators);

}  // namespace xget::core
