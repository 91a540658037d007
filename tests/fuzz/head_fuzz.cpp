// The head reader, fed with header lines as libcurl hands them over: bounds hold, framing is read
// strictly, and neither the kind of line ends nor interim responses nor trailers change the result.
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "net/head_reader.hpp"

using namespace xget;
using fuzz::require;
using net::HeadReader;
using Lines = std::vector<std::string_view>;

namespace {

struct Reading {
  HeadReader reader;
  HeadReader::Step last = HeadReader::Step::More;
};

// The transport stops at a refusal, and goes on feeding after Complete.
Reading read(const Lines& lines, const char* line_end) {
  Reading reading;
  bool complete = false;
  for (const auto line : lines) {
    reading.last = reading.reader.feed(std::string(line) + line_end);
    if (reading.last == HeadReader::Step::Refused) break;
    const bool said = reading.last == HeadReader::Step::Complete;
    require(!said || !complete, "Complete is said once");
    complete = complete || said;
    require(complete == reading.reader.complete(), "it knows whether it is complete");
  }
  return reading;
}

bool same_headers(const core::ResponseHead& a, const core::ResponseHead& b) {
  const auto equal = [](const core::Header& x, const core::Header& y) {
    return x.name == y.name && x.value == y.value;
  };
  return a.status == b.status && a.http_version == b.http_version &&
         std::equal(a.headers.begin(), a.headers.end(), b.headers.begin(), b.headers.end(), equal);
}

void check_complete(const HeadReader& reader) {
  const core::ResponseHead& head = reader.head();
  require(head.status >= 200 && head.status <= 999, "an interim response is not the final one");
  require(head.headers.size() <= net::kMaxHeaderLines, "there are no more headers than lines");
  std::size_t bytes = 0;
  for (const core::Header& header : head.headers) {
    bytes += header.name.size() + header.value.size();
    require(trim(header.value) == header.value, "values have no white space around them");
  }
  require(bytes <= net::kMaxHeadBytes, "a head is no longer than its bound");
  require(!reader.framing().length || reader.framing().framed, "a length is a framing");
  if (head.find("Transfer-Encoding") && head.http_version != 20 && head.status != 204 &&
      head.status != 304) {
    require(!reader.framing().length, "a transfer coding overrides Content-Length");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  Lines lines;
  while (!input.empty()) lines.push_back(input.line());

  const Reading reading = read(lines, "\r\n");
  const HeadReader& reader = reading.reader;
  if (reading.last == HeadReader::Step::Refused) {
    require(!reader.cause().empty(), "a refusal says why");
    require(printable(reader.cause()) == reader.cause(), "a cause can be printed");
    return 0;
  }
  require(lines.size() <= net::kMaxHeaderLines, "the bound on lines holds");
  if (!reader.complete()) return 0;
  check_complete(reader);

  // Lines that end in "\r" themselves would lose it to the shorter line end.
  bool carriage_returns = false;
  for (const auto line : lines) carriage_returns = carriage_returns || line.ends_with('\r');
  const Reading bare = read(lines, "\n");
  require(carriage_returns ||
              (bare.reader.complete() && same_headers(bare.reader.head(), reader.head()) &&
               bare.reader.framing().length == reader.framing().length),
          "a bare line feed ends a line as well");

  Lines longer = {"HTTP/1.1 103 Early Hints", "Content-Length: 7", ""};
  longer.insert(longer.end(), lines.begin(), lines.end());
  longer.insert(longer.end(), {"Content-Length: 8", ""});
  const Reading surrounded = read(longer, "\r\n");
  if (surrounded.last == HeadReader::Step::Refused) return 0;  // over a bound now
  require(same_headers(surrounded.reader.head(), reader.head()) &&
              surrounded.reader.framing().length == reader.framing().length,
          "interim responses and trailers leave nothing behind");
  return 0;
}
