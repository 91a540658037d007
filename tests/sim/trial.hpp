// Trial: one seed from beginning to end. Runs of the process follow each other, ended by outages
// or by themselves, with somebody meddling in between if the seed says so; in the end all faults
// cease and one more run must succeed. After every run the oracle looks at the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace xget::sim {

struct TrialResult {
  std::optional<std::string> violation;  // what was promised and not kept
  bool is_about_bytes = false;           // not about how the job ended
  std::string failure;                   // how the last run failed, honestly; empty if it succeeded
  std::string failure_kind;              // in a word
  std::uint64_t trace_hash = 0;
  std::uint64_t deaths = 0;  // kills and power cuts
  std::uint64_t runs = 0;
  std::uint64_t size = 0;      // of the file, if it succeeded
  std::uint64_t received = 0;  // body bytes over all runs
};

TrialResult run_trial(std::uint64_t seed, bool print_trace);

}  // namespace xget::sim
