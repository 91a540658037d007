// Validators and what they say about two responses (RFC 9110 section 8.8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/http_message.hpp"

namespace xget::core {

// The validators of one representation. Comparable values: quotes stay on ETags, Last-Modified
// stays as received, since servers must repeat it to the letter.
struct Validators {
  std::string strong_etag;    // empty: none. Includes the quotes.
  std::string weak_etag;      // empty: none. Without W/, with the quotes.
  std::string last_modified;  // empty: none
  // Date was at least a second later than Last-Modified: strong by RFC 9110 8.8.2.2.
  bool last_modified_is_strong = false;
  // Names the resource that they are of: another one may use the same (RFC 9110 8.8.3). Empty: not
  // known.
  std::string resource;

  [[nodiscard]] bool strong() const { return !strong_etag.empty() || last_modified_is_strong; }
  [[nodiscard]] bool any() const {
    return !strong_etag.empty() || !weak_etag.empty() || !last_modified.empty();
  }
  friend bool operator==(const Validators&, const Validators&) = default;
};

// An ETag as its header has it ("W/" and quotes included), and the other way round: empty if there
// is none. nullopt: it is malformed.
std::optional<Validators> validators_of_tag(std::string_view etag);
std::string tag_of(const Validators& validators);

bool of_one_resource(const Validators& a, const Validators& b);

// Malformed ETags and dates count as absent.
Validators read_validators(const ResponseHead& head);

enum class VersionMatch {
  Same,       // proven by an equal strong validator of one resource
  Different,  // a validator shows a change
  Unproven,   // nothing shows a change, nothing proves equality
};
// Sizes, where both are known, must be equal too: that is the caller's check.
VersionMatch compare_versions(const Validators& known, const Validators& offered);

// The field under which a server sends a resource only if it is another version than `known`
// (RFC 9110 section 13.1); nullopt without a strong validator.
std::optional<Header> unless_unchanged(const Validators& known);

// The value for If-Range under which `known` may be continued; nullopt without a strong one.
std::optional<std::string> if_range_value(const Validators& known);

}  // namespace xget::core
