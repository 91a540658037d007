#include "api/input_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace xget::api {

Result<InputFile> read_input_file(const std::string& path, std::size_t most_bytes) {
  const auto unreadable = [&](const char* why) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read",
                 .subject = printable(path),
                 .cause = std::string("cannot be read: ") + why});
  };
  const Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  InputFile read;
  if (!file.valid() || ::fstat(file.get(), &read.status) != 0) {
    return unreadable(std::strerror(errno));
  }
  if (S_ISDIR(read.status.st_mode)) return unreadable("it is a folder");
  std::array<char, 16 << 10> buffer{};
  while (read.text.size() <= most_bytes) {
    const ssize_t count =
        uninterrupted([&] { return ::read(file.get(), buffer.data(), buffer.size()); });
    if (count < 0) return unreadable(std::strerror(errno));
    if (count == 0) break;
    read.text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return read;
}

}  // namespace xget::api
