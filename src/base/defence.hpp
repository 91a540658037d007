// The checks, caps and syncs that keep wrong bytes out, by name, so that a test can switch one
// off and see the simulator catch it. In a build without XGET_DEFENCE_SWITCHES, as any release is,
// all are on and the questions compile to nothing.
#pragma once

namespace xget {

enum class Defence {
  RangeStart,       // a 206 begins where it was asked to
  RangeTotal,       // a 206 names the size known before
  WholeIsNotRange,  // a 200 is never written at an offset
  ContentCoding,    // a coded body is refused
  Validator,        // a response of another version is refused
  BodyCap,          // a body is cut off at the end of its range
  BodyLength,       // a body that ends early is not taken for whole
  AwaitWrites,      // what is on its way to the disk is not claimed
  SyncData,         // data is synced before the sidecar claims it
  SyncSidecar,      // the sidecar is synced before it is renamed into place
  SyncFolder,       // the folder is synced after a rename
  SyncAtFinish,     // the file is synced before it gets its final name
  VerifyClaims,     // claimed bytes are hashed again on resume
  PublishedPieces,  // a piece that is not what its publisher names is fetched again
  Count
};

#ifdef XGET_DEFENCE_SWITCHES
bool defence_on(Defence defence);
void switch_off(Defence defence);
void switch_all_on();
const char* to_string(Defence defence);
#else
constexpr bool defence_on(Defence) { return true; }
#endif

}  // namespace xget
