// Into which parts an object is cut that is sent to a store, or copied within one: all of one size
// but the last, which has what is left. Units: bytes. Thread: any; pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
// https://www.alibabacloud.com/help/en/oss/user-guide/multipart-upload
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_range.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// What S3 takes. OSS takes smaller parts and larger objects, too, which nobody misses.
inline constexpr std::uint64_t kSmallestPart = std::uint64_t{5}
                                               << 20;  // the last one may be smaller
inline constexpr std::uint64_t kLargestPart = std::uint64_t{5} << 30;  // a plain PUT's limit, too
inline constexpr std::uint64_t kMostParts = 10'000;
inline constexpr std::uint64_t kLargestObject = std::uint64_t{5} << 40;

// What is taken unless it makes too many parts: then its double, and so on. The AWS CLI does the
// same from the same size, so the ETags of both agree.
inline constexpr std::uint64_t kUsualPart = std::uint64_t{8} << 20;
// Bytes of a copy travel within the store, so requests are what is saved.
inline constexpr std::uint64_t kUsualCopiedPart = std::uint64_t{128} << 20;

struct PartPlan {
  std::uint64_t size = 0;                // of the object
  std::uint64_t part_size = kUsualPart;  // never 0

  // At least 1. One part needs no multipart upload: a plain PUT or copy does.
  [[nodiscard]] std::uint64_t count() const;
  // Of part `number`, from 1 to count(). Empty for the only part of an empty object.
  [[nodiscard]] ByteRange range(std::uint64_t number) const;
  friend bool operator==(const PartPlan&, const PartPlan&) = default;
};

// `wished`: the part size that the user asks for; it is taken as it is or refused. Fails with
// Usage: a wish that is no part's size, or makes too many parts; an object that is too large.
Result<PartPlan> plan_upload(std::uint64_t size, std::optional<std::uint64_t> wished);

// For what ends where it ends: as many parts as may be, of which the last ones may be none.
Result<PartPlan> plan_open_end(std::optional<std::uint64_t> wished);

// The same for a copy on the store's side. Without a wish an object is copied whole as long as it
// may be. The part size that the source was sent in, where it is known, keeps its ETag.
Result<PartPlan> plan_copy(std::uint64_t size, std::optional<std::uint64_t> wished);

}  // namespace xget::remote
