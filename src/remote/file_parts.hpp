// FileParts: parts of a local file. Each is digested on a worker, and read again from the page
// cache as it is sent: none is held in memory. Thread: loop.
#pragma once

#include <memory>
#include <optional>

#include "remote/part_source.hpp"

namespace xget::remote {

class FileParts final : public PartSource {
 public:
  // `known`: of all the file, where that is one part. The worker outlives it.
  FileParts(std::shared_ptr<core::File> file, bool with_sha256, std::optional<PartDigests> known,
            core::Worker& worker);
  ~FileParts() override;
  FileParts(const FileParts&) = delete;
  FileParts& operator=(const FileParts&) = delete;

  void prepare(ByteRange range, Ready ready) override;
  [[nodiscard]] std::size_t most_at_once() const override { return 1; }

 private:
  struct Digesting;

  std::shared_ptr<core::File> file_;
  const bool with_sha256_;
  std::optional<PartDigests> known_;
  core::Worker& worker_;
  std::shared_ptr<Digesting> digesting_;  // null: no part is
};

}  // namespace xget::remote
