// What shows that a finished file is whole and one version, in words for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/validator.hpp"
#include "engine/job_context.hpp"
#include "xget/event.hpp"

namespace xget::engine {

struct ProofInWords {
  Proof proof = Proof::None;
  std::string rests_on;
  std::string digest;  // of the whole, "sha256:HEX", that was compared; empty: none
};

// What is known of a file whose sink has finished: all that was to be checked matches.
struct FinishedFacts {
  std::uint64_t size = 0;
  bool end_proven = true;   // by a length or by framing
  bool by_samples = false;  // what was there before is tied to the rest by samples alone
  std::size_t mirrors = 1;  // that gave some of it: samples alone tie those together
  bool one_response = false;
  core::Validators validators;
  std::optional<ExpectedDigest> server_digest;  // checked where the settings have none
  std::string server_digest_by = kTheServer;    // who says it
};

ProofInWords prove(const JobSettings& settings, const FinishedFacts& facts);

// What is known of a file that was made from another one, of which the settings' digest was found
// right.
ProofInWords prove_duplicate(const JobSettings& settings, const core::Original& original,
                             Dedupe made_as);

}  // namespace xget::engine
