// The oracle: what must hold of the disk, whatever happened. Each function gives what is wrong in
// words, or nullopt. It reads the disk from outside and believes nothing that the job says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/sim_disk.hpp"
#include "sim/sim_server.hpp"

namespace xget::sim {

// The version that these bytes are, from the first to the last.
std::optional<Version> whole_version(const std::vector<std::byte>& bytes, const Resource& resource);

// These bytes are the beginning of a version, or all of it.
std::optional<std::string> check_stream(const std::vector<std::byte>& bytes,
                                        const Resource& resource);

// FILE is absent, as it was before the first run (`before`: null if absent then), or one version.
std::optional<std::string> check_target(const SimDisk& disk, const Resource& resource,
                                        const std::vector<std::byte>* before);

// Everything that a sidecar claims of the file it names is there, and the sidecar is not torn.
std::optional<std::string> check_claims(const SimDisk& disk);

// Nothing but FILE is left.
std::optional<std::string> check_nothing_left(const SimDisk& disk);

}  // namespace xget::sim
