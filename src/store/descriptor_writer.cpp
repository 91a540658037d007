#include "store/descriptor_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "store/disk_error.hpp"

namespace xget::store {
namespace {

constexpr int kLookForStopMs = 100;
constexpr char kSubject[] = "standard output";

// O_NONBLOCK belongs to the open file description, which other processes share. A pipe can be
// opened a second time by way of /proc, with a description of our own.
Descriptor reopen_without_blocking(int descriptor) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  return Descriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

// A control character that neither moves the cursor nor begins a colour.
bool is_in_no_text(std::byte byte) {
  constexpr std::string_view kOfTexts = "\b\t\n\v\f\r\x1b";
  const char c = static_cast<char>(byte);
  const bool control = (c >= 0 && c < ' ') || c == '\x7f';
  return control && kOfTexts.find(c) == std::string_view::npos;
}

Error binary_to_terminal() {
  Error error;
  error.code = ErrorCode::Usage;
  error.operation = "write";
  error.subject = kSubject;
  error.cause = "it is a terminal, and this is no text: it could garble the screen";
  error.remedy = "write to a file with -o FILE, or through a pipe: -o - | cat";
  return error;
}

}  // namespace

DescriptorWriter::DescriptorWriter(int descriptor) : descriptor_(descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return;  // writing will tell
  socket_ = S_ISSOCK(status.st_mode);
  terminal_ = ::isatty(descriptor) == 1;
  if (!S_ISFIFO(status.st_mode)) return;
  own_ = reopen_without_blocking(descriptor);
  if (own_.valid()) descriptor_ = own_.get();
}

ssize_t DescriptorWriter::write_some(std::span<const std::byte> bytes) const {
  return socket_ ? ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                 : ::write(descriptor_, bytes.data(), bytes.size());
}

Result<void> DescriptorWriter::write_all(std::span<const std::byte> bytes,
                                         const std::atomic<bool>& stop) {
  if (terminal_ && std::any_of(bytes.begin(), bytes.end(), is_in_no_text)) {
    return fail(binary_to_terminal());
  }
  while (!bytes.empty()) {
    if (stop) {
      Error error = disk_error("write", kSubject, std::string("the download was stopped"));
      error.code = ErrorCode::Interrupted;
      return fail(std::move(error));
    }
    const ssize_t written = uninterrupted([&] { return write_some(bytes); });
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      struct pollfd ready {
        descriptor_, POLLOUT, 0
      };
      ::poll(&ready, 1, kLookForStopMs);
    } else {
      const int number = errno;
      Error error = disk_error("write", kSubject, number);
      if (number == EPIPE) error.cause = "standard output is closed";
      return fail(std::move(error));
    }
  }
  return {};
}

}  // namespace xget::store
