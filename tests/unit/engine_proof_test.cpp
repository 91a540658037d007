// What a finished download is said to rest on.
#include <catch2/catch.hpp>

#include "engine/proof.hpp"

using namespace xget;
using engine::FinishedFacts;
using engine::JobSettings;
using engine::prove;

namespace {

constexpr std::uint64_t kSize = 1000;

core::PublishedPieces pieces_of(std::uint64_t length, std::size_t count) {
  core::PublishedPieces pieces{.algorithm = DigestAlgorithm::Sha1, .length = length};
  pieces.digests.resize(count * digest_size(pieces.algorithm));
  return pieces;
}

JobSettings with_digest(std::string by) {
  JobSettings settings;
  settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, std::string(64, 'a')};
  settings.digest_by = std::move(by);
  return settings;
}

FinishedFacts facts() {
  FinishedFacts facts;
  facts.size = kSize;
  facts.validators.strong_etag = "\"v1\"";
  return facts;
}

}  // namespace

TEST_CASE("a file that was made from another one rests on that one's digest, a copy on its own") {
  const core::Original original{"a", {}};
  const auto words = [&](const std::string& by, Dedupe as) {
    const auto proof = engine::prove_duplicate(with_digest(by), original, as);
    CHECK(proof.proof == Proof::Digest);
    return proof.rests_on;
  };
  CHECK(words("", Dedupe::Link) == "sha256 matched, when a was finished");
  CHECK(words("SHA256SUMS", Dedupe::Reflink) ==
        "sha256 matched, as SHA256SUMS says, when a was finished");
  CHECK(words("SHA256SUMS", Dedupe::Copy) == "sha256 matches, as SHA256SUMS says");
}

TEST_CASE("a digest proves the file, and its author is named unless that is the user") {
  CHECK(prove(with_digest(""), facts()).rests_on == "sha256 matches");
  const auto proof = prove(with_digest("SHA256SUMS"), facts());
  CHECK(proof.proof == Proof::Digest);
  CHECK(proof.rests_on == "sha256 matches, as SHA256SUMS says");
}

TEST_CASE("the digest that was compared is told, whoever said it, and none where none was") {
  const std::string given = "sha256:" + std::string(64, 'a');
  FinishedFacts said = facts();
  CHECK(prove({}, said).digest.empty());
  said.server_digest = ExpectedDigest{DigestAlgorithm::Md5, std::string(32, 'b')};
  CHECK(prove({}, said).digest == "md5:" + std::string(32, 'b'));
  CHECK(prove(with_digest(""), said).digest == given);
  JobSettings settings;
  settings.pieces = pieces_of(100, 10);
  CHECK(prove(settings, facts()).digest.empty());
  CHECK(engine::prove_duplicate(with_digest(""), {"a", {}}, Dedupe::Link).digest == given);
}

TEST_CASE("pieces of the whole file prove it, with or without a digest") {
  JobSettings settings;
  settings.pieces = pieces_of(100, 10);
  settings.pieces_by = "a.torrent";
  CHECK(prove(settings, facts()).proof == Proof::Digest);
  CHECK(prove(settings, facts()).rests_on == "sha1 of 10 pieces match, as a.torrent says");
  settings.digest = with_digest("").digest;
  CHECK(prove(settings, facts()).rests_on ==
        "sha1 of 10 pieces match, as a.torrent says, and sha256 of the whole matches");
  settings.digest_by = "a.torrent";
  CHECK(prove(settings, facts()).rests_on ==
        "sha1 of 10 pieces and sha256 of the whole match, as a.torrent says");
  settings.pieces = pieces_of(kSize, 1);
  settings.digest.reset();
  CHECK(prove(settings, facts()).rests_on == "sha1 of 1 piece matches, as a.torrent says");
}

TEST_CASE("pieces of a part of the file prove no more than that part") {
  JobSettings settings;
  settings.pieces = pieces_of(100, 8);
  settings.pieces->begin = 50;
  settings.pieces->resource_size = kSize;
  settings.pieces_by = "a.torrent";
  const auto proof = prove(settings, facts());
  CHECK(proof.proof == Proof::StrongValidator);
  CHECK(proof.rests_on ==
        "sha1 of 8 pieces match, as a.torrent says; of the other 200 B: ETag \"v1\"");
  settings.pieces = pieces_of(100, 0);
  settings.pieces->resource_size = kSize;
  CHECK(prove(settings, facts()).rests_on ==
        "no piece is this file's alone; of the other 1000 B: ETag \"v1\"");
}

TEST_CASE("what the server says of its bytes is a proof, and goes after what the user says") {
  FinishedFacts said = facts();
  said.server_digest = ExpectedDigest{DigestAlgorithm::Md5, std::string(32, 'a')};
  CHECK(prove({}, said).proof == Proof::Digest);
  CHECK(prove({}, said).rests_on == "md5 matches, as the server says");
  CHECK(prove(with_digest(""), said).rests_on == "sha256 matches");
  JobSettings settings;
  settings.pieces = pieces_of(100, 10);
  settings.pieces_by = "a.torrent";
  CHECK(prove(settings, said).rests_on ==
        "sha1 of 10 pieces match, as a.torrent says, and md5 of the whole matches, as the server "
        "says");
}

TEST_CASE("without a digest the responses prove what they can") {
  const JobSettings settings;
  CHECK(prove(settings, facts()).rests_on == "ETag \"v1\"");
  FinishedFacts weak = facts();
  weak.validators = {};
  CHECK(prove(settings, weak).proof == Proof::None);
  weak.one_response = true;
  CHECK(prove(settings, weak).proof == Proof::OneResponse);
  weak = facts();
  weak.by_samples = true;
  CHECK(prove(settings, weak).proof == Proof::None);
  weak.end_proven = false;
  CHECK(prove(settings, weak).proof == Proof::None);
}
