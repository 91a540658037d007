#include "core/validator.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "core/http_date.hpp"

namespace xget::core {
namespace {

// entity-tag = [ W/ ] DQUOTE *etagc DQUOTE; etagc is any visible character but DQUOTE.
bool is_opaque_tag(std::string_view tag) {
  if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return false;
  const auto inner = tag.substr(1, tag.size() - 2);
  return std::all_of(inner.begin(), inner.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x22 && byte != 0x7f;
  });
}

// The opaque tag of whichever ETag there is: a weak comparison (RFC 9110 8.8.3.2).
const std::string& opaque(const Validators& validators) {
  return validators.strong_etag.empty() ? validators.weak_etag : validators.strong_etag;
}

}  // namespace

std::optional<Validators> validators_of_tag(std::string_view etag) {
  const bool weak = etag.starts_with("W/");
  if (weak) etag.remove_prefix(2);
  if (!is_opaque_tag(etag)) return std::nullopt;
  Validators validators;
  (weak ? validators.weak_etag : validators.strong_etag) = etag;
  return validators;
}

std::string tag_of(const Validators& validators) {
  if (!validators.strong_etag.empty() || validators.weak_etag.empty())
    return validators.strong_etag;
  return "W/" + validators.weak_etag;
}

Validators read_validators(const ResponseHead& head) {
  const auto etag = head.find("ETag");
  Validators validators = (etag ? validators_of_tag(*etag) : std::nullopt).value_or(Validators{});
  if (const auto modified = head.find("Last-Modified")) {
    const auto modified_at = parse_http_date(*modified);
    if (modified_at) {
      validators.last_modified = *modified;
      const auto date = head.find("Date");
      const auto date_at = date ? parse_http_date(*date) : std::nullopt;
      // A server's clock can tell two versions apart only if a second lies between them.
      validators.last_modified_is_strong =
          date_at && *date_at >= *modified_at + std::chrono::seconds(1);
    }
  }
  return validators;
}

bool of_one_resource(const Validators& a, const Validators& b) {
  return a.resource == b.resource || a.resource.empty() || b.resource.empty();
}

VersionMatch compare_versions(const Validators& known, const Validators& offered) {
  const bool both_tagged = !opaque(known).empty() && !opaque(offered).empty();
  if (both_tagged && opaque(known) != opaque(offered)) return VersionMatch::Different;
  const VersionMatch equal =
      of_one_resource(known, offered) ? VersionMatch::Same : VersionMatch::Unproven;
  if (!known.strong_etag.empty() && known.strong_etag == offered.strong_etag) return equal;
  const bool both_dated = !known.last_modified.empty() && !offered.last_modified.empty();
  if (both_dated && known.last_modified != offered.last_modified) return VersionMatch::Different;
  // A strong ETag that one of the two lacks leaves the date to speak, unless the known version
  // had one: then only that ETag can prove equality.
  if (known.strong_etag.empty() && both_dated && known.last_modified_is_strong &&
      offered.last_modified_is_strong) {
    return equal;
  }
  return VersionMatch::Unproven;
}

std::optional<Header> unless_unchanged(const Validators& known) {
  if (!known.strong_etag.empty()) return Header{"If-None-Match", known.strong_etag};
  if (known.last_modified_is_strong) return Header{"If-Modified-Since", known.last_modified};
  return std::nullopt;
}

std::optional<std::string> if_range_value(const Validators& known) {
  if (!known.strong_etag.empty()) return known.strong_etag;
  if (known.last_modified_is_strong) return known.last_modified;
  return std::nullopt;
}

}  // namespace xget::core
