// Room for a file that is about to be written.
#pragma once

#include <cstdint>
#include <string>

#include "core/ports.hpp"

namespace xget::store {

struct WantedRoom {
  std::uint64_t held = 0;  // bytes that it has room for
  std::uint64_t size = 0;  // that it will have
  Preallocate how = Preallocate::Full;
};

// Fails with Disk, in words where there is too little. `path` is the file's, in `folder`.
Result<void> claim_room(core::Folder& folder, const std::string& path, core::File& file,
                        const WantedRoom& wanted);

}  // namespace xget::store
