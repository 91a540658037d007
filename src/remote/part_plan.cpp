#include "remote/part_plan.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "base/units.hpp"

namespace xget::remote {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

static_assert(kLargestPart * kMostParts >= kLargestObject, "some part size fits any object");

std::uint64_t divided_up(std::uint64_t size, std::uint64_t by) {
  return size / by + (size % by != 0 ? 1 : 0);
}

tl::unexpected<Error> refuse(std::uint64_t size, std::string cause, std::string remedy = {}) {
  return fail({.code = ErrorCode::Usage,
               .operation = "cut into parts",
               .subject = "an object of " + format_size(size),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

// As an option is written: "8MiB", and where that is not exact, bytes.
std::string as_option(std::uint64_t size) {
  return size % kMiB == 0 ? std::to_string(size / kMiB) + "MiB" : std::to_string(size);
}

// In whole MiB.
std::uint64_t least_part_size(std::uint64_t size) {
  return std::max(divided_up(divided_up(size, kMostParts), kMiB) * kMiB, kSmallestPart);
}

Result<PartPlan> as_wished(std::uint64_t size, std::uint64_t wished) {
  const std::string parts = "parts of " + as_option(wished);
  if (wished < kSmallestPart) {
    return refuse(size, parts + " are smaller than the 5 MiB that stores take");
  }
  if (wished > kLargestPart) {
    return refuse(size, parts + " are larger than the 5 GiB that stores take");
  }
  const PartPlan plan{size, wished};
  if (plan.count() > kMostParts) {
    return refuse(size, parts + " would be more than the 10,000 that stores take",
                  "ask for parts of at least " + as_option(least_part_size(size)));
  }
  return plan;
}

Result<PartPlan> plan_parts(std::uint64_t size, std::optional<std::uint64_t> wished,
                            std::uint64_t usual) {
  if (size > kLargestObject) return refuse(size, "stores take no object of more than 5 TiB");
  if (wished) return as_wished(size, *wished);
  PartPlan plan{size, usual};
  while (plan.count() > kMostParts) plan.part_size *= 2;
  return plan;
}

}  // namespace

std::uint64_t PartPlan::count() const {
  return std::max<std::uint64_t>(divided_up(size, part_size), 1);
}

ByteRange PartPlan::range(std::uint64_t number) const {
  assert(number >= 1 && number <= count());
  const std::uint64_t begin = (number - 1) * part_size;
  return {begin, begin + std::min(part_size, size - begin)};
}

Result<PartPlan> plan_upload(std::uint64_t size, std::optional<std::uint64_t> wished) {
  return plan_parts(size, wished, kUsualPart);
}

Result<PartPlan> plan_open_end(std::optional<std::uint64_t> wished) {
  auto plan = plan_parts(0, wished, kUsualPart);
  if (plan) plan->size = std::min(plan->part_size * kMostParts, kLargestObject);
  return plan;
}

Result<PartPlan> plan_copy(std::uint64_t size, std::optional<std::uint64_t> wished) {
  return plan_parts(size, wished, size <= kLargestPart ? kLargestPart : kUsualCopiedPart);
}

}  // namespace xget::remote
