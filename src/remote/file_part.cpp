#include "remote/file_part.hpp"

#include <algorithm>
#include <utility>

namespace xget::remote {

FilePart::FilePart(std::shared_ptr<core::File> file, ByteRange range)
    : file_(std::move(file)), range_(range) {}

Result<std::size_t> FilePart::read_at(std::uint64_t offset, std::span<std::byte> into) {
  const std::uint64_t left = range_.length() - offset;
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left)));
  auto read = file_->read_at(range_.begin + offset, into);
  if (!read) return read;
  if (*read < into.size()) {
    return fail({.code = ErrorCode::Changed,
                 .operation = "read",
                 .cause = "the file became shorter while it was sent"});
  }
  return read;
}

}  // namespace xget::remote
