// From the keys of a configuration file to options: a key is an option's long name.
// Thread: any; pure.
#pragma once

#include <string>
#include <vector>

#include "cli/config_text.hpp"
#include "cli/given_layer.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// In a host's section stands what there may be another one of for a host. A flag is true or false;
// a number may be a TOML integer; what can be repeated may be a list. A path may begin with "~/",
// which is `home` then; without one such a path is refused. What belongs to one download is
// refused. `path` is the configuration file's. Fails with Usage; the subject is "PATH:LINE: KEY".
Result<GivenLayer> config_layer(const ConfigText& config, const std::string& path,
                                const char* home);

}  // namespace xget::cli
