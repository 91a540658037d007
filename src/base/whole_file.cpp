#include "base/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.hpp"
#include "base/units.hpp"

namespace xget {
namespace {

tl::unexpected<std::string> unreadable(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

}  // namespace

tl::expected<FileText, std::string> read_whole_file(const std::string& path,
                                                    std::size_t most_bytes) {
  const Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file.valid()) return unreadable(std::strerror(errno));
  return read_whole(file.get(), most_bytes);
}

tl::expected<FileText, std::string> read_whole(int descriptor, std::size_t most_bytes) {
  FileText input;
  if (::fstat(descriptor, &input.status) != 0) return unreadable(std::strerror(errno));
  if (S_ISDIR(input.status.st_mode)) return unreadable("it is a folder");
  std::array<char, 16 << 10> buffer{};
  for (;;) {
    const ssize_t count =
        uninterrupted([&] { return ::read(descriptor, buffer.data(), buffer.size()); });
    if (count < 0) return unreadable(std::strerror(errno));
    if (count == 0) return input;
    input.text.append(buffer.data(), static_cast<std::size_t>(count));
    if (input.text.size() > most_bytes) {
      return unreadable("it is larger than " + format_size(most_bytes));
    }
  }
}

}  // namespace xget
