// What a hook is told of a download: in its environment, and as JSON on its standard input. No
// secret is among it. Pure.
#pragma once

#include <string>
#include <vector>

#include "xget/event.hpp"

namespace xget::cli {

struct HookFacts {
  // XGET_STATE (complete, failed), XGET_FILE, XGET_URL; of a complete one XGET_BYTES and
  // XGET_PROOF, of a failed one XGET_ERROR (network, disk, ...) and XGET_MESSAGE
  std::vector<std::string> environment;  // "NAME=VALUE"
  std::string json;                      // one object, one line
};

// `url`: after redirects; empty where nothing has answered.
HookFacts facts_of(const Finished& finished, const std::string& url);
HookFacts facts_of(const Failed& failed, const std::string& url);

}  // namespace xget::cli
