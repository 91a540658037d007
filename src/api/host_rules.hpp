// Options::hosts, checked, as the engine takes them.
// Thread: any; pure.
#pragma once

#include <memory>

#include "engine/host_rules.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// Null where the options have none. Fails with Usage; the subject is 'host."NAME": OPTION'.
Result<std::shared_ptr<const engine::HostRules>> host_rules(const Options& options);

}  // namespace xget::api
