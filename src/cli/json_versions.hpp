// The version, "v", that each kind of line for programs carries. Another one when a field goes or
// means something else; new fields, and new events, may come without.
#pragma once

namespace xget::cli {

inline constexpr int kEventVersion = 1;         // --json; packaging/schema/events-1.schema.json
inline constexpr int kReportVersion = 1;        // --report; packaging/schema/report-1.schema.json
inline constexpr int kHookVersion = 1;          // what a hook reads
inline constexpr int kFindingVersion = 1;       // xget doctor
inline constexpr int kStatusVersion = 1;        // xget status
inline constexpr int kVerificationVersion = 1;  // xget verify
inline constexpr int kLeftoverVersion = 1;      // xget clean
// What asks stores; packaging/schema/store-1.schema.json
inline constexpr int kStoreVersion = 1;

}  // namespace xget::cli
