#include "engine/proof.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::engine {
namespace {

std::string as_said_by(const std::string& who) {
  return who.empty() ? "" : ", as " + who + " says";
}

std::string pieces_in_words(const core::PublishedPieces& pieces) {
  return std::string(to_string(pieces.algorithm)) + " of " + std::to_string(pieces.count()) +
         (pieces.count() == 1 ? " piece" : " pieces");
}

struct SaidDigest {
  std::optional<ExpectedDigest> digest;
  std::string by;
};

// That of the whole which was checked: the server's, where nobody else said one.
SaidDigest checked_digest(const JobSettings& settings, const FinishedFacts& facts) {
  if (settings.digest || !facts.server_digest) return {settings.digest, settings.digest_by};
  return {facts.server_digest, facts.server_digest_by};
}

// "sha1 of 512 pieces and sha256 of the whole match, as FILE says"
std::string checked_in_words(const JobSettings& settings, const SaidDigest& said) {
  const std::optional<core::PublishedPieces>& pieces = settings.pieces;
  if (!pieces)
    return std::string(to_string(said.digest->algorithm)) + " matches" + as_said_by(said.by);
  const std::string verb = pieces->count() == 1 ? " matches" : " match";
  if (!said.digest) return pieces_in_words(*pieces) + verb + as_said_by(settings.pieces_by);
  const std::string whole = std::string(to_string(said.digest->algorithm)) + " of the whole";
  if (said.by == settings.pieces_by) {
    return pieces_in_words(*pieces) + " and " + whole + " match" + as_said_by(said.by);
  }
  return pieces_in_words(*pieces) + verb + as_said_by(settings.pieces_by) + ", and " + whole +
         " matches" + as_said_by(said.by);
}

ProofInWords prove_by_responses(const FinishedFacts& facts) {
  if (!facts.end_proven) {
    return {Proof::None, "the server names no length, so nothing shows where the file ends"};
  }
  if (facts.by_samples) return {Proof::None, "what was there before agrees in samples"};
  if (facts.mirrors > 1) {
    return {Proof::None, std::to_string(facts.mirrors) + " mirrors agree in size and in samples"};
  }
  if (facts.validators.strong()) {
    return {Proof::StrongValidator, facts.validators.strong_etag.empty()
                                        ? "Last-Modified"
                                        : "ETag " + printable(facts.validators.strong_etag)};
  }
  if (facts.one_response) return {Proof::OneResponse, "one whole response"};
  return {Proof::None, "the server sends no strong validator; sizes agree"};
}

}  // namespace

ProofInWords prove(const JobSettings& settings, const FinishedFacts& facts) {
  const SaidDigest said = checked_digest(settings, facts);
  if (said.digest || settings.names_bytes(facts.size)) {
    return {Proof::Digest, checked_in_words(settings, said),
            said.digest ? to_string(*said.digest) : ""};
  }
  ProofInWords proof = prove_by_responses(facts);
  if (!settings.pieces) return proof;
  const std::uint64_t covered = settings.pieces->covered(facts.size).length();
  proof.rests_on =
      (covered == 0 ? "no piece is this file's alone" : checked_in_words(settings, said)) +
      "; of the other " + format_size(facts.size - covered) + ": " + proof.rests_on;
  return proof;
}

// The bytes of a copy were read; of others the file that they share them with was.
ProofInWords prove_duplicate(const JobSettings& settings, const core::Original& original,
                             Dedupe made_as) {
  const std::string algorithm = to_string(settings.digest->algorithm);
  const std::string by = as_said_by(settings.digest_by);
  const std::string digest = to_string(*settings.digest);
  if (made_as == Dedupe::Copy) return {Proof::Digest, algorithm + " matches" + by, digest};
  return {Proof::Digest,
          algorithm + " matched" + by + ", when " + printable(original.path) + " was finished",
          digest};
}

}  // namespace xget::engine
