// What a Session tells its caller. Events are values: they stay valid for as long as they are kept.
// Every text in them is safe to print: no control characters, no secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget {

using JobId = std::uint64_t;

// What shows that the file is whole and one version.
enum class Proof {
  None,             // nothing yet, or size and samples alone
  OneResponse,      // one response from its first byte to its announced or framed end
  StrongValidator,  // every response carried the same strong validator
  Digest,           // the bytes match a digest given beforehand
};

// The first usable response has arrived.
struct Probed {
  JobId job = 0;
  std::string url;                    // after redirects
  std::string path;                   // the target; "-" for standard output
  std::optional<std::uint64_t> size;  // bytes; unknown for some servers
  std::uint64_t held = 0;             // bytes kept from an earlier run
  bool ranges = false;                // the server serves ranges: the download can be resumed
};

inline constexpr std::size_t kProgressParts = 64;

// At most ten a second for each job.
struct Progress {
  JobId job = 0;
  std::uint64_t held = 0;  // bytes on the disk, whether synced or not
  std::optional<std::uint64_t> size;
  std::uint64_t bytes_per_second = 0;  // smoothed over some seconds
  int connections = 0;                 // that are receiving now
  double stalled_seconds = 0;          // since the last byte
  // Which parts of the file those bytes are: the file in kProgressParts parts of equal length (one
  // of fewer bytes in as many), each 0 (no byte of it) to 255 (all). Empty while `size` is unknown.
  std::vector<std::uint8_t> parts;
};

// A request failed and is made again after the wait. Other connections may still bring bytes:
// Progress::connections tells. Of those not read yet only the newest is kept.
struct Retrying {
  JobId job = 0;
  std::string url;
  std::string cause;
  Milliseconds wait{};
};

// Something the user should know that does not end the job.
struct Note {
  JobId job = 0;  // 0: of none
  std::string text;
};

// What a caller removed, or would remove, beside the jobs.
struct Removed {
  std::string target;    // path, or an object's URL
  bool planned = false;  // it would be, and is not
};

// JobSpec::dedupe: nothing was fetched, since another file of the session has the same bytes.
struct MadeFrom {
  std::string path;          // that file's
  Dedupe as = Dedupe::Copy;  // never Off; Copy also where what was asked for could not be had
};

struct Finished {
  JobId job = 0;
  std::string path;
  std::uint64_t size = 0;         // of the file
  std::uint64_t received = 0;     // body bytes that came over the network in this run
  std::uint64_t sent = 0;         // of an upload: bytes of its parts that were sent in this run
  std::uint64_t wasted = 0;       // of those: came twice, past a cut, or had to be fetched again
  bool already_complete = false;  // nothing had to be fetched
  // Besides: the server still has the version of JobSpec::etag_file. Whether or not a file is
  // there: if not, its size is 0.
  bool not_modified = false;
  Proof proof = Proof::None;
  // The proof in words. Of a file that is already complete it is what an earlier run recorded,
  // unless a digest was given: its bytes are not read again.
  std::string rests_on;
  // "sha256:HEX": the digest of the whole file that its bytes were compared with in this session,
  // whoever said it; of a link or a clone, those of the file that it was made from. Empty: none.
  std::string digest;
  std::string etag;  // of the version, as its header has it; empty: none, or nobody was asked
  std::optional<MadeFrom> made_from;
};

struct Failed {
  JobId job = 0;
  std::string path;
  Error error;
};

// The job was a Metalink, and has ended: those of its files go on in its place. Each ends by
// itself.
struct MetalinkRead {
  JobId job = 0;
  std::string name;  // the URL, or the path
  std::vector<JobId> files;
};

enum class PlannedStep {
  Begin,    // with a new file
  GoOn,     // with what an earlier run left
  Nothing,  // the file is complete, or not modified
  Send,     // a file to a store
};

// What a job would do that is a JobSpec::dry_run. It has ended.
struct Planned {
  JobId job = 0;
  PlannedStep step = PlannedStep::Begin;
  std::string url;                     // after redirects; the job's own if nobody was asked
  std::string path;                    // the target; "-" for standard output
  std::optional<std::uint64_t> size;   // bytes; unknown for some servers
  std::uint64_t held = 0;              // bytes kept from an earlier run: the rest would be fetched
  bool not_modified = false;           // as Finished::not_modified
  bool ranges = false;                 // the server serves ranges: the download can be resumed
  std::string etag;                    // as the server sends it; empty: none
  std::string last_modified;           // likewise
  int connections = 0;                 // to begin with, at most
  std::vector<std::string> addresses;  // of the server's name; empty behind a proxy
  std::vector<std::string> mirrors;    // further URLs that would be used; they are not asked
  Proof proof = Proof::None;           // what will show that the file is whole and one version
  std::string rests_on;                // the proof in words
};

using Event = std::variant<Probed, Progress, Retrying, Note, Finished, Failed, MetalinkRead,
                           Planned, Removed>;

}  // namespace xget
