// PosixFile: core::File over a descriptor.
// Thread: as core::File says; read_at and drop_cache too may run beside write_at and sync_data.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/descriptor.hpp"
#include "core/ports.hpp"

namespace xget::store {

class PosixFile final : public core::File {
 public:
  // `path` is for messages.
  PosixFile(Descriptor descriptor, std::string path);

  Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  core::DirectWrites direct_writes() override;
  Result<void> write_direct(std::uint64_t offset, std::span<const std::byte> bytes) override;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override;
  Result<void> sync_data() override;
  Result<void> sync() override;
  Result<void> check_written() override;
  // None claims nothing, but learns now whether the file system can hold so large a file.
  Result<void> preallocate(std::uint64_t size, Preallocate how) override;
  Result<void> truncate(std::uint64_t size) override;
  Result<void> clone(core::File& from) override;
  Result<core::FileInfo> info() override;
  Result<core::LockOutcome> lock() override;
  Result<void> set_mode(std::uint32_t mode) override;
  Result<void> set_modification_time(WallTime time) override;
  void drop_cache(ByteRange range) override;
  std::optional<std::string> attribute(const std::string& name) override;
  bool set_attribute(const std::string& name, std::string_view value) override;

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  [[nodiscard]] tl::unexpected<Error> failure(const char* operation) const;  // with errno

  Descriptor descriptor_;
  Descriptor direct_;  // the same file, written past the page cache; not valid: it is not
  std::string path_;
};

core::FileInfo file_info(const struct stat& status);

}  // namespace xget::store
