#include "remote/object_facts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "core/http_date.hpp"

namespace xget::remote {
namespace {

constexpr std::array<std::string_view, 2> kOwnPrefixes{"x-amz-", "x-oss-"};
constexpr std::array<std::string_view, 5> kContentFields{
    "content-encoding", "content-language", "content-disposition", "cache-control", "expires"};
// Of the answer, and not of the object.
constexpr std::array<std::string_view, 5> kOfTheAnswer{"request-id", "id-2", "server-time",
                                                       "request-charged", "ec"};

struct SimpleField {
  std::string_view name;  // behind the store's prefix
  std::string ObjectFacts::*into;
};
constexpr std::array<SimpleField, 4> kSimple{{{"storage-class", &ObjectFacts::storage_class},
                                              {"version-id", &ObjectFacts::version_id},
                                              {"server-side-encryption", &ObjectFacts::encryption},
                                              {"restore", &ObjectFacts::restore}}};

template <typename Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<std::string> behind(std::string_view prefix, const std::string& text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

// `name` is what stands behind the store's prefix.
void take_own(const std::string& name, const std::string& value, ObjectFacts& facts) {
  const auto* simple = std::find_if(kSimple.begin(), kSimple.end(),
                                    [&](const SimpleField& each) { return each.name == name; });
  if (simple != kSimple.end()) {
    facts.*simple->into = value;
  } else if (auto metadata = behind("meta-", name)) {
    facts.metadata.emplace_back(*std::move(metadata), value);
  } else if (name == "hash-crc64ecma") {
    facts.checksums.emplace_back("crc64", value);
  } else if (auto checksum = behind("checksum-", name); checksum && *checksum != "type") {
    facts.checksums.emplace_back(*std::move(checksum), value);
  } else if (!has(kOfTheAnswer, name)) {
    facts.others.emplace_back(name, value);
  }
}

void take_field(const core::Header& field, ObjectFacts& facts) {
  const std::string name = lower_case(field.name);
  for (const std::string_view prefix : kOwnPrefixes) {
    if (auto own = behind(prefix, name)) return take_own(*own, field.value, facts);
  }
  if (has(kContentFields, name)) facts.content.emplace_back(field.name, field.value);
}

}  // namespace

Result<ObjectFacts> read_object_facts(const core::ResponseHead& answer) {
  const auto length = answer.find("Content-Length");
  const auto size = length ? parse_u64(*length) : std::nullopt;
  if (!size) {
    return fail({.code = ErrorCode::Network,
                 .operation = "",
                 .subject = "",
                 .number = answer.status,
                 .cause = "the answer does not say how long the object is"});
  }
  ObjectFacts facts;
  facts.size = *size;
  facts.etag = answer.find("ETag").value_or("");
  facts.content_type = answer.find("Content-Type").value_or("");
  if (const auto modified = answer.find("Last-Modified")) {
    facts.modified = core::parse_http_date(*modified);
  }
  for (const core::Header& field : answer.headers) take_field(field, facts);
  return facts;
}

}  // namespace xget::remote
