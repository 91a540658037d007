// Reads the files of AWS's profiles, once, before anything is asked. Blocks. Thread: any.
#pragma once

#include <string>

#include "remote/profiles.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// Files that are not there hold no profiles, but for `own_file`: it was named to be read in place
// of the credentials file. Empty: it was not. Fails with Usage: one that cannot be read.
Result<Profiles> read_profiles(const ProfilePaths& paths, const std::string& own_file);

}  // namespace xget::remote
