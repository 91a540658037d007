#include "formats/link_header.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "formats/parameter.hpp"

namespace xget::formats {
namespace {

struct LinkValue {
  std::string target;
  std::string relations;  // parted by spaces
  int priority = kLowestPriority;
  std::string location;
  std::string type;
  bool preferred = false;
  bool has_relations = false;
  bool has_anchor = false;
};

void skip(std::string_view& rest, std::string_view characters) {
  rest.remove_prefix(std::min(rest.find_first_not_of(characters), rest.size()));
}

void take(Parameter parameter, LinkValue& link) {
  const std::string name = lower_case(parameter.name);
  std::string value = parameter.value.value_or("");
  if (name == "rel" && !link.has_relations) {  // the first one counts: RFC 8288 section 3.3
    link.relations = std::move(value);
    link.has_relations = true;
  } else if (name == "pri") {
    link.priority = priority_of(value);
  } else if (name == "geo") {
    link.location = country_of(value);
  } else if (name == "type") {
    link.type = lower_case(trim(std::string_view(value).substr(0, value.find(';'))));
  } else if (name == "pref") {
    link.preferred = true;
  } else if (name == "anchor") {
    link.has_anchor = true;
  }
}

// Takes <TARGET>; NAME=VALUE; ... from the front of `rest`. nullopt: it is malformed.
std::optional<LinkValue> take_link(std::string_view& rest) {
  const auto end = rest.find('>');
  if (!rest.starts_with('<') || end == std::string_view::npos) return std::nullopt;
  const std::string_view target = trim(rest.substr(1, end - 1));
  if (target.find_first_of("<\" \t") != std::string_view::npos) return std::nullopt;
  LinkValue link{.target = std::string(target)};
  rest.remove_prefix(end + 1);
  for (skip(rest, " \t"); rest.starts_with(';'); skip(rest, " \t")) {
    rest.remove_prefix(1);
    auto parameter = take_parameter(rest, ";,");
    if (!parameter) return std::nullopt;
    take(*std::move(parameter), link);
  }
  return link;
}

bool has_relation(std::string_view relations, std::string_view wanted) {
  for (skip(relations, " \t"); !relations.empty(); skip(relations, " \t")) {
    const auto relation = relations.substr(0, relations.find_first_of(" \t"));
    if (equals_ignoring_case(relation, wanted)) return true;
    relations.remove_prefix(relation.size());
  }
  return false;
}

void add(const LinkValue& link, Links& links) {
  if (link.target.empty() || link.has_anchor) return;
  if (has_relation(link.relations, "duplicate") && links.duplicates.size() < kMostLinks) {
    links.duplicates.push_back({link.target, link.priority, link.location, link.preferred});
  }
  if (has_relation(link.relations, "describedby") && links.descriptions.size() < kMostLinks) {
    links.descriptions.push_back({link.target, link.type});
  }
}

}  // namespace

Links parse_links(std::span<const std::string_view> fields) {
  Links links;
  for (std::string_view rest : fields) {
    for (skip(rest, " \t,"); !rest.empty(); skip(rest, " \t,")) {
      const auto link = take_link(rest);
      if (!link || !(rest.empty() || rest.starts_with(','))) break;
      add(*link, links);
    }
  }
  std::stable_sort(links.duplicates.begin(), links.duplicates.end(),
                   [](const DuplicateLink& one, const DuplicateLink& other) {
                     return one.priority < other.priority;
                   });
  return links;
}

}  // namespace xget::formats
