#include "base/defence.hpp"

#ifdef XGET_DEFENCE_SWITCHES
#include <array>

namespace xget {
namespace {

std::array<bool, static_cast<int>(Defence::Count)>& off() {
  static std::array<bool, static_cast<int>(Defence::Count)> flags{};
  return flags;
}

}  // namespace

bool defence_on(Defence defence) { return !off()[static_cast<int>(defence)]; }
void switch_off(Defence defence) { off()[static_cast<int>(defence)] = true; }
void switch_all_on() { off().fill(false); }

const char* to_string(Defence defence) {
  switch (defence) {
    case Defence::RangeStart: return "range-start";
    case Defence::RangeTotal: return "range-total";
    case Defence::WholeIsNotRange: return "whole-is-not-range";
    case Defence::ContentCoding: return "content-coding";
    case Defence::Validator: return "validator";
    case Defence::BodyCap: return "body-cap";
    case Defence::BodyLength: return "body-length";
    case Defence::AwaitWrites: return "await-writes";
    case Defence::SyncData: return "sync-data";
    case Defence::SyncSidecar: return "sync-sidecar";
    case Defence::SyncFolder: return "sync-folder";
    case Defence::SyncAtFinish: return "sync-at-finish";
    case Defence::VerifyClaims: return "verify-claims";
    case Defence::PublishedPieces: return "published-pieces";
    case Defence::Count: break;
  }
  return "?";
}

}  // namespace xget
#endif
