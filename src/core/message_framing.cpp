#include "core/message_framing.hpp"

#include <algorithm>

#include "base/byte_range.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::core {
namespace {

std::string_view next_member(std::string_view& list) {
  const auto comma = std::min(list.find(','), list.size());
  const auto member = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return member;
}

bool ends_with_chunked(const std::vector<std::string_view>& codings) {
  if (codings.empty()) return false;
  const auto last = codings.back();
  const auto comma = last.rfind(',');
  return equals_ignoring_case(trim(comma == std::string_view::npos ? last : last.substr(comma + 1)),
                              "chunked");
}

// Repeats of one value are allowed (RFC 9110 section 8.6); contradictions are an attack or a bug.
void read_content_length(const ResponseHead& head, MessageFraming& framing) {
  for (std::string_view value : head.find_all("Content-Length")) {
    do {
      const auto length = parse_u64(next_member(value));
      if (!length || *length == kUnknownEnd) {
        framing.trouble = "the response's Content-Length is not a number";
        return;
      }
      if (framing.length && *framing.length != *length) {
        framing.trouble = "the response has two Content-Lengths that contradict each other";
        return;
      }
      framing.length = length;
      framing.framed = true;
    } while (!value.empty());
  }
}

}  // namespace

MessageFraming framing_of(const ResponseHead& head) {
  MessageFraming framing;
  const bool http2 = head.http_version == 20;
  framing.framed = http2;
  if (head.status == 204 || head.status == 304) {
    framing.framed = true;
    framing.length = 0;
    return framing;
  }
  const auto codings = head.find_all("Transfer-Encoding");
  if (!codings.empty() && !http2) {
    framing.framed = ends_with_chunked(codings);
    return framing;
  }
  read_content_length(head, framing);
  return framing;
}

}  // namespace xget::core
