// A small file replaced in one step: whoever reads it, at any moment and after any crash, finds the
// old text or the new one, and never a part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/ports.hpp"

namespace xget::store {

constexpr std::uint32_t kPrivateMode = 0600;  // closed to other users

// `name` holds `text`, durably, with the permissions `mode` less the umask. `draft` is another name
// in that folder, which nobody else uses meanwhile: what a crash left there is removed. Fails with
// Disk; `name` is then as it was, or already new where only its last sync failed. Blocks. Thread:
// any.
Result<void> replace_file(core::Folder& folder, const std::string& name, const std::string& draft,
                          std::string_view text, std::uint32_t mode = kPrivateMode);

}  // namespace xget::store
