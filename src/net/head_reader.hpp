// HeadReader: makes one ResponseHead out of the header lines that libcurl hands over, within
// bounds, and tells how the body that follows is framed.
// Interim responses (1xx) are skipped, trailers ignored; both count against the bounds.
// Thread: loop; pure.
#pragma once

#include <string>
#include <string_view>

#include "core/http_message.hpp"
#include "core/message_framing.hpp"

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
  // The response was not the last one after all: the next line begins another. Its lines count
  // against the bounds with those before it.
  void begin_again();

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] const core::ResponseHead& head() const { return head_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }

  // Of the response, once it is complete.
  [[nodiscard]] const core::MessageFraming& framing() const { return framing_; }

 private:
  Step refuse(std::string cause);
  Step read_status_line(std::string_view line);
  Step read_header(std::string_view line);
  Step finish_head();

  core::ResponseHead head_;
  std::size_t bytes_ = 0;
  int lines_ = 0;
  bool complete_ = false;
  core::MessageFraming framing_;
  std::string cause_;
};

}  // namespace xget::net
