// The whole file's digest, computed while the download runs: it follows the contiguous front, so
// that the end of the download is (nearly) the end of the check.
// Thread: loop; reading and hashing run on `hashing`, one task at a time, and read from the page
// cache what was just written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/ports.hpp"

namespace xget::store {

class FrontDigest : public std::enable_shared_from_this<FrontDigest> {
 public:
  // Shared, because a task may outlive its owner. Fails with Usage as make_digester.
  static Result<std::shared_ptr<FrontDigest>> create(std::shared_ptr<core::File> file,
                                                     core::Worker& hashing,
                                                     DigestAlgorithm algorithm);

  // All bytes before `front` are there and believed.
  void advance(std::uint64_t front);
  // These bytes will change: begins again from the start if it has read any of them.
  void forget(ByteRange range);
  // Bytes before this are hashed, or being read for it: they need not stay in the page cache.
  [[nodiscard]] std::uint64_t position() const { return restart_ ? 0 : position_; }
  // The digest of the first `size` bytes, once the front has come there. Called once, later.
  void finish(std::uint64_t size, std::function<void(Result<std::string>)> done);

 private:
  struct Hashing;
  FrontDigest(std::shared_ptr<Hashing> hashing_state, core::Worker& hashing,
              DigestAlgorithm algorithm);
  void hash_more();
  void end_task();

  std::shared_ptr<Hashing> state_;  // shared with the running task
  core::Worker& hashing_;
  const DigestAlgorithm algorithm_;
  std::uint64_t front_ = 0;
  std::uint64_t position_ = 0;  // hashed, or being hashed by the task under way
  bool busy_ = false;
  bool restart_ = false;
  std::uint64_t size_ = 0;  // once finish was called
  std::function<void(Result<std::string>)> done_;
};

}  // namespace xget::store
