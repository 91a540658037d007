// What `xget doctor` concludes from what was seen, a line each. Pure.
#pragma once

#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/event.hpp"
#include "xget/host_check.hpp"

namespace xget::cli {

enum class Health {
  Good,
  Doubtful,  // a download works, and could be better or safer
  Bad,       // it keeps a download from working
};

struct Finding {
  Health health = Health::Good;
  const char* about = "";  // "name", "address", ...: stable, for programs too
  std::string text;        // printable
  std::string remedy;      // what to do; empty: nothing, or nothing needs to be done
};

// `insecure`: certificates are not checked.
std::vector<Finding> host_findings(const HostCheck& check, bool insecure);
// What a dry run found, and what it met.
std::vector<Finding> resource_findings(const Planned& planned);
Finding failure_finding(const Error& error);

// "  ok    name: ..." and, where there is one, its remedy on a line of its own.
std::string finding_text(const Finding& finding);
// A line of JSON. `url`: without secrets.
std::string finding_json(const Finding& finding, const std::string& url);

}  // namespace xget::cli
