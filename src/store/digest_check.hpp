// What the digest that a user gave needs of this system, and what it says in the end.
#pragma once

#include <memory>
#include <string>

#include "base/digest.hpp"
#include "xget/error.hpp"

namespace xget::store {

// Fails with Checksum, naming both digests. `path` is for the message, and so is `said_by`: who
// says what is expected; empty: the user.
Result<void> compare_digests(const ExpectedDigest& expected, const std::string& actual_hex,
                             const std::string& path, const std::string& said_by = "");

// Fails with Usage if this system does not compute the algorithm.
Result<std::unique_ptr<Digester>> make_digester(DigestAlgorithm algorithm);

}  // namespace xget::store
