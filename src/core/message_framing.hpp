// How the end of a response's body is told (RFC 9112 section 6.3).
// Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/http_message.hpp"

namespace xget::core {

struct MessageFraming {
  // Bytes of the body; nullopt when a transfer coding, or the connection's end, tells.
  std::optional<std::uint64_t> length;
  // By length or framing, not by the connection's end alone.
  bool framed = false;
  // Why the response cannot be used; null: it can.
  const char* trouble = nullptr;
};

MessageFraming framing_of(const ResponseHead& head);

}  // namespace xget::core
