// As much of HTTP/1.1 as a server of one file needs: a request's method and range (RFC 9110
// section 14, one range of bytes alone), and the head of the answer to it.
//
// Pure. A file without bytes is not served.
#pragma once

#include <strings.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

namespace xget::bench {

constexpr std::size_t kMaxHeadBytes = 16 * 1024;
constexpr const char* kLastModified = "Tue, 02 Jan 2024 03:04:05 GMT";

/// Half-open.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct RangeRequest {
  bool head_only = false;
  bool close = false;
  std::string range;     // the field's value, as it came
  std::string if_range;  // likewise
};

struct Representation {
  std::size_t size;
  std::string etag;  // without quotes
  bool serves_ranges;
};

struct Answer {
  std::string head;
  ByteRange body;
};

/// `head` is the request line and the fields, each with its end of line. Nothing: no GET or HEAD.
inline std::optional<RangeRequest> parse_request(const std::string& head) {
  std::istringstream lines(head);
  std::string line;
  std::getline(lines, line);
  RangeRequest request;
  request.head_only = line.rfind("HEAD ", 0) == 0;
  if (!request.head_only && line.rfind("GET ", 0) != 0) return std::nullopt;
  request.close = line.find("HTTP/1.0") != std::string::npos;
  while (std::getline(lines, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = line.substr(0, colon);
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    const auto end = line.find_last_not_of(" \t\r");
    const std::string value =
        begin == std::string::npos || begin > end ? "" : line.substr(begin, end - begin + 1);
    if (strcasecmp(name.c_str(), "range") == 0) request.range = value;
    if (strcasecmp(name.c_str(), "if-range") == 0) request.if_range = value;
    if (strcasecmp(name.c_str(), "connection") == 0) {
      request.close = strcasecmp(value.c_str(), "close") == 0;
    }
  }
  return request;
}

/// Nothing: not a range of bytes, so the whole is asked for. `begin == end`: past the end (416).
inline std::optional<ByteRange> parse_range(const std::string& value, std::size_t size) {
  unsigned long long first = 0;
  unsigned long long last = 0;
  if (std::sscanf(value.c_str(), "bytes=-%llu", &last) == 1) {
    return ByteRange{last < size ? size - last : 0, size};
  }
  const int found = std::sscanf(value.c_str(), "bytes=%llu-%llu", &first, &last);
  if (found < 1 || value.find(',') != std::string::npos) return std::nullopt;
  if (first >= size) return ByteRange{};
  return ByteRange{first, found == 2 && last < size ? last + 1 : size};
}

inline Answer answer_to(const RangeRequest& request, const Representation& representation) {
  const std::string etag = '"' + representation.etag + '"';
  const bool same_version =
      request.if_range.empty() || request.if_range == etag || request.if_range == kLastModified;
  const bool in_part = representation.serves_ranges && same_version && !request.range.empty();
  const std::size_t size = representation.size;
  const auto range = in_part ? parse_range(request.range, size) : std::nullopt;
  const ByteRange body = range.value_or(ByteRange{0, size});

  std::ostringstream head;
  if (body.begin == body.end) {
    head << "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */" << size << "\r\n";
  } else if (range) {
    head << "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " << body.begin << '-'
         << body.end - 1 << '/' << size << "\r\n";
  } else {
    head << "HTTP/1.1 200 OK\r\n";
  }
  head << "Content-Length: " << body.end - body.begin << "\r\nETag: " << etag
       << "\r\nLast-Modified: " << kLastModified
       << "\r\nDate: Wed, 03 Jan 2024 03:04:05 GMT\r\nContent-Type: application/octet-stream\r\n";
  if (representation.serves_ranges) head << "Accept-Ranges: bytes\r\n";
  head << "\r\n";
  return {head.str(), request.head_only ? ByteRange{} : body};
}

}  // namespace xget::bench
