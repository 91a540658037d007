// What a server says of a resource besides its bytes: what it would call the file, where else it
// is, what describes it, what its digests are. Thread: any; pure.
#pragma once

#include <optional>

#include "core/http_message.hpp"
#include "core/source.hpp"
#include "net/url.hpp"

namespace xget::engine {

// `base`: the URL that gave the answer. `whole`: its content is the whole representation. What is
// malformed is left out, and links to anything but http and https.
core::AnswerHints answer_hints(const core::ResponseHead& head, const net::Url& base, bool whole);

// What the bytes of this answer are to be checked against: the strongest digest that this system
// can compute. Only an answer that brings all is heard: some servers say the digest of a part where
// that of the whole is meant.
std::optional<ExpectedDigest> digest_to_check(const core::Offer& offer);

}  // namespace xget::engine
