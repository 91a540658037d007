// `xget stat`: what a store says of objects.
#pragma once

#include <string>

#include "base/json_object.hpp"
#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/object_store.hpp"

namespace xget::cli {

std::string stat_text(const std::string& url, const ObjectFacts& facts);
JsonObject stat_json(const std::string& url, const ObjectFacts& facts);

ExitCode show_objects(const CommandLine& line);

}  // namespace xget::cli
