#include "net/head_reader.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::net {
namespace {

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return without_return(line);
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

void HeadReader::begin_again() {
  head_ = {};
  framing_ = {};
  complete_ = false;
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
  framing_ = core::framing_of(head_);
  if (framing_.trouble != nullptr) return refuse(framing_.trouble);
  complete_ = true;
  return Step::Complete;
}

}  // namespace xget::net
