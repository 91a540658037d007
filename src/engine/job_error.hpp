// The errors a job ends with, in words for people: cause, and what to do about it.
#pragma once

#include <string>

#include "base/byte_range.hpp"
#include "core/failure.hpp"
#include "xget/error.hpp"

namespace xget::engine {

// Whether the source has given bytes of the resource, in this run or an earlier one.
enum class Served { Never, Before };
// What the source could not do. `subject` names it.
Error error_of(const core::Failure& failure, const std::string& subject, Served served);
// The URL was refused, and there is no fresh one either: why.
Error refresh_error(const core::Failure& refused, const std::string& subject, const Error& why);
// What could make an existing file the wanted one without replacing it.
enum class WayOn {
  None,
  Resume,            // --resume, which was not given: it may be the wanted file's beginning
  Checksum,          // a digest alone: it has the wanted file's size
  ResumeOrChecksum,  // nothing is known of it yet
};
// What stands at `path` is neither replaced nor gone on from.
Error exists_error(const std::string& path, std::string cause, WayOn way_on);
// The partial file at `path` is of another URL, and `found` in words is what shows that it cannot
// be gone on with.
Error partial_of_other_url_error(const std::string& path, const std::string& recorded_url,
                                 const std::string& found);
// The resource is another version now. `restartable`: --on-change=restart would help.
Error changed_error(const std::string& subject, std::string cause, bool restartable);
// The resource became another version again and again; beginning anew has not helped.
Error keeps_changing_error(const std::string& subject);
// A published piece that is not what its publisher (printable) names, however often it is fetched.
Error wrong_piece_error(const std::string& subject, ByteRange piece, const std::string& publisher);
// How bytes came to be part of a download.
enum class Written {
  Away,       // to standard output
  AsProven,   // each response showed that it was of the version
  OnSamples,  // some were there before, and samples of them agreed
};
// Says in an error of the disk what became of `bytes` that arrived, of which nothing is kept.
void add_loss(Error& error, std::uint64_t bytes);

// What helps against bytes that do not match their digest.
std::string checksum_remedy(Written written);
// --strict: nothing proves the bytes.
Error not_proven_error(const std::string& subject, std::string operation, std::string cause);

}  // namespace xget::engine
