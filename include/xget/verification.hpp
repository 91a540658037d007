// Whether the bytes of a file are what they should be: without a session, a request or a change.
//
// Threads: any function from any thread; they read the disk, for as long as the file is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "xget/error.hpp"

namespace xget {

// What to read, and what it must be. Each as in JobSpec; where none is given, what xget itself
// wrote down counts.
struct VerifySpec {
  std::string path;               // FILE, or FILE.partial; the latter also where FILE is not there
  std::string checksum;           // "sha256:HEX" and the like
  std::string checksum_file;      // a file that names FILE; not with a checksum, and no URL
  std::string pieces;             // a torrent or a Metalink
  std::string checkpoint_folder;  // where the sidecar is; empty: beside the partial
  // Options::state_folder of the session that finished it: where the record is of a file that has
  // no extended attributes. Empty: the file's own attributes alone count.
  std::string state_folder;
};

enum class Verdict {
  Holds,     // all that was claimed or digested is what it should be
  Wrong,     // some of it is not
  Unproven,  // nothing tells, or not of every byte
};

// Half-open, in bytes from the start of the file.
struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Verification {
  std::string file;        // what was read
  bool partial = false;    // it is a FILE.partial, of which its sidecar's claims were judged
  std::uint64_t size = 0;  // of the whole file, in bytes; 0 where nothing tells a partial's
  Verdict verdict = Verdict::Unproven;
  std::string against;           // what it was compared with, in words; empty: there was nothing
  std::string cause;             // of Wrong and Unproven: what is amiss, in words
  std::vector<FileRange> good;   // bytes that hold, in order
  std::vector<FileRange> wrong;  // that do not; empty where a digest of the whole alone tells
};

// Fails with Usage where there is no such file or what it must be cannot be read, with Busy while a
// download writes to it, with Disk where it cannot be read.
Result<Verification> verify(const VerifySpec& spec);

}  // namespace xget
