// How what describes or proves downloads is fetched.
// Thread: any; pure.
#pragma once

#include <cstddef>
#include <string>

#include "engine/document.hpp"
#include "xget/options.hpp"

namespace xget::api {

// One of this kind ("Metalink"), of so many bytes at most.
engine::DocumentSettings document_settings(std::string kind, std::size_t most_bytes,
                                           const Options& options);

}  // namespace xget::api
