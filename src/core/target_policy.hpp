// What to do with what stands at the target. Pure: facts in, a decision out.
#pragma once

#include <cstdint>
#include <optional>

#include "core/representation.hpp"
#include "core/source.hpp"
#include "xget/options.hpp"

namespace xget::core {

// ---- before the first request -------------------------------------------------------------

struct ExistingFacts {
  bool exists = false;           // a file under the final name
  bool has_origin_mark = false;  // with a proof of what it was when it was finished
};

enum class BeforeRequest {
  GoOn,         // nothing in the way, or it may be replaced
  LeaveIt,      // --no-overwrite: done
  CheckDigest,  // hash it: it may be the wanted file already
  AskServer,    // the server's answer decides
  Refuse,       // nothing could show that it is the wanted file
};
BeforeRequest decide_before_request(const ExistingFacts& facts, Existing existing, Resume resume,
                                    bool digest_given);

// ---- a whole file stands there and the server has answered ---------------------------------

enum class ExistingVerdict { AlreadyComplete, SampleAsBeginning, Refuse };
// `recorded`: size and validators of its origin mark, if it has one.
ExistingVerdict judge_existing(std::uint64_t existing_size,
                               const std::optional<Representation>& recorded,
                               const Representation& offered, Resume resume);

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
