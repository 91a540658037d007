// HeadReader: makes one ResponseHead out of the header lines that libcurl hands over, within
// bounds, and tells how the body that follows is framed (RFC 9112 section 6.3).
// Interim responses (1xx) are skipped, trailers ignored; both count against the bounds.
// Thread: loop; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/http_message.hpp"

namespace xget::net {

inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;  // of all lines of one response
inline constexpr int kMaxHeaderLines = 256;              // likewise

class HeadReader {
 public:
  enum class Step {
    More,      // nothing to do yet
    Complete,  // head() is the final response's; said once
    Refused,   // cause() says why; the response cannot be used
  };

  // One line with its line end. An empty line ends a head; after an interim one a new begins.
  Step feed(std::string_view line);

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] const core::ResponseHead& head() const { return head_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }

  // Bytes of the body; nullopt when another framing, or the connection's end, tells.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }
  // The end of the body is told by length or framing, not by the connection's end alone.
  [[nodiscard]] bool framed() const { return framed_; }

 private:
  Step refuse(std::string cause);
  Step read_status_line(std::string_view line);
  Step read_header(std::string_view line);
  Step finish_head();
  Step read_framing();

  core::ResponseHead head_;
  std::size_t bytes_ = 0;
  int lines_ = 0;
  bool complete_ = false;
  bool framed_ = false;
  std::optional<std::uint64_t> content_length_;
  std::string cause_;
};

}  // namespace xget::net
