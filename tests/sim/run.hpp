// One run of the process: a real Job with a real HttpSource and a real PartialSink over simulated
// ports, from its start to its end, its death or the bound that shows it would never end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.hpp"
#include "sim/universe.hpp"
#include "xget/event.hpp"

namespace xget::sim {

struct RunOutcome {
  std::optional<Finished> finished;
  std::optional<Failed> failed;
  std::vector<std::byte> streamed;   // what left by standard output
  bool died = false;                 // by an outage
  std::optional<std::string> stuck;  // neither ended nor died: why it never would
};

// An outage that comes after the end does not happen. The process's own traces are gone when this
// returns; the disk is as it left it, before any power cut.
RunOutcome run_process(Universe& universe, const Outage& outage);

}  // namespace xget::sim
