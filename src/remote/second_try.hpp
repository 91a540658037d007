// What a store's refusal teaches for the next try: the region that a bucket is in, and how wrong
// the clock is. Only a region's name and a time are taken from an answer, never a host, so that no
// answer can send credentials elsewhere.
// Thread: any; pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/http_message.hpp"
#include "remote/endpoint.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

// In which region to ask again; nullopt: nothing says that another one would help. From
// x-amz-bucket-region, from <Region>, or, where no URL of a store is set, from the name that
// <Endpoint> has. An answer may lie: ask again once, not each time.
std::optional<std::string> other_region(const EndpointSettings& asked,
                                        const core::ResponseHead& answer,
                                        const StoreError& refusal);

// Stores sign for a quarter of an hour around their own time.
inline constexpr std::chrono::seconds kAllowedSkew = std::chrono::minutes(15);

// What to add to the clock before the next request is signed, if this one was refused for its time
// (RequestTimeTooSkewed, or a 403 that says nothing and is further off than is allowed): the
// answer's Date less `now`, the clock's time when it came.
std::optional<std::chrono::seconds> clock_correction(const core::ResponseHead& answer,
                                                     const StoreError& refusal, WallTime now);

}  // namespace xget::remote
