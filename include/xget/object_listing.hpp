// What a store holds below a bucket or a prefix, one object after the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget {

class Session;

// An object, or, where folders were asked for, all that is behind the next "/" as one. Texts that
// the store did not send are empty.
struct ListedObject {
  std::string key;         // the raw bytes, never empty
  std::string url;         // s3://BUCKET/KEY, the raw bytes likewise
  bool is_folder = false;  // the key ends in "/", and the rest says nothing
  std::uint64_t size = 0;  // bytes
  std::optional<std::chrono::sys_seconds> modified;
  std::string etag;  // as given, with its quotes, if it has any
  std::string storage_class;
};

struct ListingSpec {
  std::string url;    // s3://BUCKET/PREFIX; every key that begins with the prefix is meant
  std::string after;  // a key: what comes behind it, in the order of bytes; empty: from the first
  bool folders = false;                // what is behind the next "/" after the prefix comes as one
  StoreSide side = StoreSide::Source;  // for whom it is asked
  // The URL names the object of that very key and what is below KEY/, and not all that begins so:
  // of s3://b/logs nothing of "logs2". A bucket, or a URL that ends in "/", means the same as ever.
  bool tree = false;
};

// In the byte order of the keys. In memory are two pages of the store's, of 1,000 objects each.
// Threads: any, one at a time; its calls block.
class ObjectListing {
 public:
  // Asks for the first page. The session must outlive it. Fails with Usage: no URL of a bucket, or
  // nobody is known who could ask there.
  static Result<ObjectListing> open(Session& session, const ListingSpec& spec);
  ~ObjectListing();
  ObjectListing(ObjectListing&&) noexcept;
  ObjectListing& operator=(ObjectListing&&) noexcept;

  // nullopt: that was all. Fails as the store does, after retries, and with Interrupted; what was
  // listed by then is not all, and nothing may be concluded from what is missing.
  Result<std::optional<ListedObject>> next();

 private:
  class Impl;
  explicit ObjectListing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace xget
