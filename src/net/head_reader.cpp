#include "net/head_reader.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::net {
namespace {

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return without_return(line);
}

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

}  // namespace

HeadReader::Step HeadReader::feed(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMaxHeadBytes) return refuse("the response's header is longer than 64 KiB");
  if (++lines_ > kMaxHeaderLines) return refuse("the response's header has more than 256 lines");
  if (complete_) return Step::More;
  line = without_line_end(line);
  if (head_.status == 0) return read_status_line(line);
  if (line.empty()) return finish_head();
  return read_header(line);
}

HeadReader::Step HeadReader::refuse(std::string cause) {
  cause_ = std::move(cause);
  return Step::Refused;
}

HeadReader::Step HeadReader::read_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/")) return refuse("the response does not begin with a status line");
  const auto space = std::min(line.find(' '), line.size());
  const auto version = line.substr(5, space - 5);
  head_.http_version = version.starts_with("2") ? 20 : version == "1.0" ? 10 : 11;
  const auto rest = trim(line.substr(space));
  const auto status = parse_u64(rest.substr(0, rest.find(' ')));
  if (!status || *status < 100 || *status > 999)
    return refuse("the response has no readable status: " + printable(line.substr(0, 80)));
  head_.status = static_cast<int>(*status);
  return Step::More;
}

HeadReader::Step HeadReader::read_header(std::string_view line) {
  // An old server may fold a long value over several lines (RFC 9112 section 5.2).
  if (line.front() == ' ' || line.front() == '\t') {
    if (head_.headers.empty()) return refuse("the response's header begins with a folded line");
    std::string& value = head_.headers.back().value;
    const auto more = trim(line);
    if (!value.empty() && !more.empty()) value += ' ';
    value += more;
    return Step::More;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return refuse("the response has a header line without a name");
  head_.headers.push_back(
      {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  return Step::More;
}

HeadReader::Step HeadReader::finish_head() {
  if (head_.status < 200) {
    head_ = {};
    return Step::More;
  }
  if (read_framing() == Step::Refused) return Step::Refused;
  complete_ = true;
  return Step::Complete;
}

HeadReader::Step HeadReader::read_framing() {
  framed_ = head_.http_version == 20;
  if (head_.status == 204 || head_.status == 304) {
    framed_ = true;
    content_length_ = 0;
    return Step::More;
  }
  const auto codings = head_.find_all("Transfer-Encoding");
  if (!codings.empty() && head_.http_version != 20) {
    framed_ = ends_with_chunked(codings);
    return Step::More;
  }
  // Repeats of one value are allowed (RFC 9110 section 8.6); contradictions are an attack or a bug.
  for (std::string_view value : head_.find_all("Content-Length")) {
    do {
      const auto length = parse_u64(next_member(value));
      if (!length) return refuse("the response's Content-Length is not a number");
      if (content_length_ && *content_length_ != *length)
        return refuse("the response has two Content-Lengths that contradict each other");
      content_length_ = length;
      framed_ = true;
    } while (!value.empty());
  }
  return Step::More;
}

}  // namespace xget::net
