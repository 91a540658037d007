// What environment and profile say of a store but for the credentials: its region, its endpoint,
// where its buckets are named. Options of the user's own count more, and are laid over it by the
// caller.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
// Thread: any; pure.
#pragma once

#include <optional>
#include <string>

#include "remote/endpoint.hpp"
#include "remote/environment.hpp"
#include "remote/profiles.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// `profile` may be none; AWS's say nothing of OSS. Fails with Usage: a region or an addressing
// style that is none.
Result<EndpointSettings> configured_store(StoreKind store, const Environment& environment,
                                          const std::optional<Profile>& profile);

// The URL of one of AWS's services ("S3", "STS", "SSO"); empty: Amazon's own.
std::string configured_endpoint(const std::string& service, const Environment& environment,
                                const std::optional<Profile>& profile);

// Of AWS; empty: nothing says one.
std::string configured_region(const Environment& environment,
                              const std::optional<Profile>& profile);

}  // namespace xget::remote
