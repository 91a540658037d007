// Reads a sidecar from the disk, whatever stands under its name.
// Thread: any. Changes nothing.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "core/ports.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

// The name of FILE's sidecar: its own beside FILE, unless that is too long there; a hashed one in a
// checkpoint folder, which many files may share. FILE is `path`, or `name` in its folder.
std::string sidecar_name(const std::string& path, const std::string& name,
                         core::Folder& sidecar_folder, bool beside_file);

// A sidecar that is sound in itself. Fails with why there is none, in words. Links are not
// followed, and what is no regular file of this user is not read.
tl::expected<Sidecar, std::string> load_sidecar(core::Folder& folder, const std::string& name);

}  // namespace xget::store
