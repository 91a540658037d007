// What of a file a store has already, as the next run needs to know it: one JSON document for each
// upload that is not finished, in a folder of its own, replaced in one step.
//
//   {"v": 1, "url": "s3://bucket/key", "file": "/home/me/disk.img", "upload_id": "2~x…",
//    "token": "…", "unheard": null, "size": 52428800, "part_size": 8388608, "sha256": "9f86…",
//    "tag": "", "encryption": "aws:kms", "parts": [[1, "\"etag\"", "md5"], [3, …]]}
//
// Until the store has given an id it is "". "unheard" is seconds since 1970, or null: what was
// begun since then and has no part is aborted in the end (abandoned_uploads.hpp). It proves nothing
// by itself: the next run hashes the file again, and counts only parts that the store lists by the
// same ETags. Of what is no local file "file" is the URL and "tag" its ETag. "encryption" is what
// the store was asked for; of a key of the caller's (SSE-C) it has a mark, which only who has that
// key can make. "url" and "file" are for people, who may look at it with jq; which upload it is the
// document's name says (name_of_checkpoint). A list of parts in the order of their numbers was
// preferred to a journal: 10,000 parts are 0.9 MB, written once a second at most.
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "remote/part_plan.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct PartRecord {
  std::string etag;  // as the store gave it
  std::string md5;   // of the bytes that were sent, 32 digits; empty: not known
  friend bool operator==(const PartRecord&, const PartRecord&) = default;
};
using PartRecords = std::map<std::uint64_t, PartRecord>;  // by the parts' numbers, from 1

struct UploadCheckpoint {
  std::string url;         // printable
  std::string file;        // likewise
  std::string upload_id;   // empty: it was asked for
  std::string token;       // which the finished object has in its metadata
  PartPlan plan;           // of the file as it was
  std::string sha256;      // of its bytes then, 64 digits; empty: not known
  std::string tag;         // of a source that is no file: what named that version of it
  std::string encryption;  // how the store encrypts it: the same for what goes on with it
  // Since when an upload may have been begun that nobody heard of, by this machine's clock.
  std::optional<WallTime> unheard_since;
  PartRecords parts;  // those that the store has taken
  friend bool operator==(const UploadCheckpoint&, const UploadCheckpoint&) = default;
};

std::string to_text(const UploadCheckpoint& checkpoint);

inline constexpr std::size_t kLargestUploadCheckpoint = 4 << 20;  // bytes

// Fails with Disk: it is no such document, or one of a later version.
Result<UploadCheckpoint> parse_upload_checkpoint(std::string_view text);

// Of a file (its whole path) to an object at an endpoint: two that differ have different names.
std::string name_of_checkpoint(std::string_view endpoint, std::string_view object_url,
                               std::string_view path);

}  // namespace xget::remote
