// Where a job's bytes go, as far as can be told without a request.
#pragma once

#include <optional>
#include <string>

#include "api/object_stores.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

struct ChosenTarget {
  // "-": standard output. Where the server may name the file: without a name from it; may be empty.
  std::string path;
  std::optional<std::string> server_names_in;  // the folder in which the server names the file
};

// Looks whether something stands there that is no file. Fails with Usage.
Result<ChosenTarget> choose_target(const JobSpec& spec, const NameInUrl& name);

}  // namespace xget::api
