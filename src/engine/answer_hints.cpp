#include "engine/answer_hints.hpp"

#include <algorithm>
#include <utility>

#include "base/digest.hpp"
#include "formats/content_disposition.hpp"
#include "formats/digest_header.hpp"
#include "formats/link_header.hpp"
#include "formats/metalink.hpp"

namespace xget::engine {
namespace {

void append(std::vector<ExpectedDigest>& digests, const std::vector<ExpectedDigest>& more) {
  digests.insert(digests.end(), more.begin(), more.end());
}

// A server that says two things of one algorithm says nothing.
std::vector<ExpectedDigest> without_contradictions(const std::vector<ExpectedDigest>& said) {
  std::vector<ExpectedDigest> sound;
  for (const ExpectedDigest& digest : said) {
    const bool contradicted = std::any_of(said.begin(), said.end(), [&](const auto& other) {
      return other.algorithm == digest.algorithm && other != digest;
    });
    const bool known = std::find(sound.begin(), sound.end(), digest) != sound.end();
    if (!contradicted && !known) sound.push_back(digest);
  }
  sort_strongest_first(sound);
  return sound;
}

// RFC 9530 section 3 and RFC 3230 section 4.3.2: of the representation, whatever part of it the
// content is. The others are of the content, and of use where that is the whole.
std::vector<ExpectedDigest> digests_in(const core::ResponseHead& head, bool whole) {
  std::vector<ExpectedDigest> said = formats::parse_digest_dictionary(head.find_all("Repr-Digest"));
  append(said, formats::parse_instance_digests(head.find_all("Digest")));
  if (whole) {
    append(said, formats::parse_digest_dictionary(head.find_all("Content-Digest")));
    const auto md5 = head.find("Content-MD5");
    const auto digest = md5 ? formats::parse_content_md5(*md5) : std::nullopt;
    if (digest) said.push_back(*digest);
  }
  return without_contradictions(said);
}

void add_links(const core::ResponseHead& head, const net::Url& base, core::AnswerHints& hints) {
  formats::Links links = formats::parse_links(head.find_all("Link"));
  for (formats::DuplicateLink& link : links.duplicates) {
    const auto url = net::resolve_reference(base, link.target);
    if (url && url->text != base.text) {
      hints.mirrors.push_back({url->text, std::move(link.location), link.preferred});
    }
  }
  for (const formats::DescriptionLink& link : links.descriptions) {
    const auto url = net::resolve_reference(base, link.target);
    if (url && formats::is_metalink_type(link.type)) hints.metalinks.push_back(url->text);
  }
}

}  // namespace

core::AnswerHints answer_hints(const core::ResponseHead& head, const net::Url& base, bool whole) {
  core::AnswerHints hints;
  if (const auto disposition = head.find("Content-Disposition")) {
    hints.file_name = formats::parse_disposition_name(*disposition).value_or("");
  }
  hints.digests = digests_in(head, whole);
  add_links(head, base, hints);
  return hints;
}

std::optional<ExpectedDigest> digest_to_check(const core::Offer& offer) {
  const bool all =
      offer.whole || (offer.granted.begin == 0 && offer.granted.end == offer.representation.size);
  if (!all) return std::nullopt;
  for (const ExpectedDigest& digest : offer.hints.digests) {
    if (Digester::create(digest.algorithm)) return digest;
  }
  return std::nullopt;
}

}  // namespace xget::engine
