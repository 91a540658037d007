// Multipart uploads that were begun in a bucket and neither completed nor aborted: their parts cost
// what objects cost, and no listing of objects shows them.
//
// Threads and errors: as in object_store.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "xget/error.hpp"

namespace xget {

class Session;

// A key may have several.
struct UploadName {
  std::string url;        // of the object that it is to become
  std::string upload_id;  // the store's
};

struct UnfinishedUpload {
  UploadName name;
  std::string key;  // the raw bytes
  std::optional<std::chrono::sys_seconds> begun;
  std::optional<std::chrono::seconds> age;  // by the store's clock
  std::string storage_class;                // empty: not said
};

// In the order of the keys. In memory are two pages of the store's.
class UnfinishedUploads {
 public:
  // `url`: s3://BUCKET, all of them; s3://BUCKET/KEY, those of that key and of what is below KEY/.
  static Result<UnfinishedUploads> open(Session& session, const std::string& url);
  ~UnfinishedUploads();
  UnfinishedUploads(UnfinishedUploads&&) noexcept;
  UnfinishedUploads& operator=(UnfinishedUploads&&) noexcept;

  // nullopt: that was all.
  Result<std::optional<UnfinishedUpload>> next();

 private:
  class Impl;
  explicit UnfinishedUploads(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct PartsThere {
  std::uint64_t parts = 0;
  std::uint64_t bytes = 0;
};
// What the store has of it.
Result<PartsThere> count_parts(Session& session, const UploadName& upload);

// The store deletes its parts. false: it is not there, finished or aborted by somebody else.
Result<bool> abort_upload(Session& session, const UploadName& upload);

}  // namespace xget
