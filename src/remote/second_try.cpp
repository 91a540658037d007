#include "remote/second_try.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "core/http_date.hpp"

namespace xget::remote {
namespace {

// A redirect to the bucket's region; a signature for another one; for OSS, a bucket that this
// endpoint may not serve.
bool may_be_for_the_region(int status) {
  constexpr std::array kStatuses{301, 307, 400, 403};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

std::string_view said_region(const core::ResponseHead& answer, const StoreError& refusal) {
  if (const auto header = answer.find("x-amz-bucket-region")) return *header;
  return trim(refusal.region);
}

}  // namespace

std::optional<std::string> other_region(const EndpointSettings& asked,
                                        const core::ResponseHead& answer,
                                        const StoreError& refusal) {
  if (!may_be_for_the_region(answer.status)) return std::nullopt;
  std::optional<std::string> region(said_region(answer, refusal));
  if (region->empty()) {
    // A store with a URL of its own has no other endpoint.
    if (!asked.url.empty()) return std::nullopt;
    region = region_of_host(asked.store, trim(refusal.endpoint));
  }
  if (!region || !is_region(*region) || *region == signing_region(asked)) return std::nullopt;
  return region;
}

std::optional<std::chrono::seconds> clock_correction(const core::ResponseHead& answer,
                                                     const StoreError& refusal, WallTime now) {
  const bool said = refusal.code == "RequestTimeTooSkewed";
  const bool mute = answer.status == 403 && refusal.code.empty();
  const auto date = answer.find("Date");
  const auto theirs = date && (said || mute) ? core::parse_http_date(*date) : std::nullopt;
  if (!theirs) return std::nullopt;
  const std::chrono::seconds correction = *theirs - now;
  if (mute && std::chrono::abs(correction) <= kAllowedSkew) return std::nullopt;
  return correction;
}

}  // namespace xget::remote
