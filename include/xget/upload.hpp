// What an upload is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xget/options.hpp"

namespace xget {

// A local file that becomes an object of a store, or a copy of what a URL names. A file's SHA-256
// goes into the object's metadata.
struct UploadSpec {
  std::string file;  // path; a symbolic link is followed
  // What is copied instead of `file`: an object of a store, or a resource of the web. Of this the
  // URL counts, and what is sent with requests for it (headers, user_password, referer,
  // user_agent). An object that is in the destination's store is copied there, with what it says of
  // itself. Else the bytes are fetched and sent on, through memory that is bounded for the session.
  std::optional<JobSpec> from;
  std::string url;  // s3://BUCKET/KEY or oss://BUCKET/KEY
  // Bytes of each part but the last; nullopt: 8 MiB, or more where that would be too many parts,
  // and as much as may be where the store copies. What is one part is sent at once.
  std::optional<std::uint64_t> part_size;
  std::string content_type;  // empty: as the source says, or guessed from the key
  std::string storage_class;
  std::string acl;
  std::string cache_control;
  // How the store is to encrypt the object by itself: "AES256", "aws:kms" or "aws:kms:dsse"; of OSS
  // "AES256", "KMS" (or "aws:kms") or "SM4". Empty: as the bucket has it. Not with a key of one's
  // own, which ObjectStoreOptions has.
  std::string encryption;
  std::string kms_key_id;  // of its key service; empty: the service's own key
  std::vector<std::pair<std::string, std::string>> metadata;
  bool keep_existing = false;  // an object that is there is left, and the upload fails with Exists
  OnChange on_change = OnChange::Restart;  // the source changes while it is read
  // What the next run needs to go on; made if missing. Empty: in Options::state_folder, and where
  // that is empty, too, an upload that is interrupted is aborted.
  std::string checkpoint_folder;
  bool dry_run = false;  // asks nobody and writes nothing: ends as Planned
};

}  // namespace xget
