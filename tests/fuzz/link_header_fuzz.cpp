// Link fields, one a line: what is read is within its bounds, in order, and means the same when it
// is written out again.
#include <string>
#include <vector>

#include "formats/link_header.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using formats::Links;
using fuzz::require;

namespace {

std::string written(const Links& links) {
  std::string text;
  for (const auto& link : links.duplicates) {
    text += "<" + link.target + ">; rel=duplicate; pri=" + std::to_string(link.priority) +
            "; geo=" + link.location + (link.preferred ? "; pref, " : ", ");
  }
  for (const auto& link : links.descriptions) {
    std::string type;
    for (const char c : link.type)
      type += c == '"' || c == '\\' ? "\\" + std::string(1, c) : std::string(1, c);
    text += "<" + link.target + ">; rel=describedby; type=\"" + type + "\", ";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  std::vector<std::string_view> fields;
  while (!input.empty()) fields.push_back(input.line());
  const Links links = formats::parse_links(fields);
  require(links.duplicates.size() <= formats::kMostLinks &&
              links.descriptions.size() <= formats::kMostLinks,
          "the bound on links holds");
  int priority = 1;
  for (const auto& link : links.duplicates) {
    require(!link.target.empty() && link.target.find('>') == std::string::npos,
            "it leads somewhere");
    require(link.priority >= priority && link.priority <= formats::kLowestPriority,
            "mirrors go by priority");
    require(link.location.empty() || link.location.size() == 2, "a location is a country");
    priority = link.priority;
  }
  for (const auto& link : links.descriptions) {
    require(!link.target.empty(), "a description is somewhere");
    require(link.type.find(';') == std::string::npos, "a type has no parameters");
  }
  const std::string text = written(links);
  const std::string_view field = text;
  require(written(formats::parse_links({&field, 1})) == text, "written out it means the same");
  return 0;
}
