// A part of a local file as the body of a request: read while it is sent, never held.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/byte_range.hpp"
#include "core/ports.hpp"

namespace xget::remote {

class FilePart final : public core::RequestBody {
 public:
  FilePart(std::shared_ptr<core::File> file, ByteRange range);

  [[nodiscard]] std::uint64_t size() const override { return range_.length(); }
  // Fails with Changed where the file has become shorter.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  std::shared_ptr<core::File> file_;
  ByteRange range_;
};

}  // namespace xget::remote
