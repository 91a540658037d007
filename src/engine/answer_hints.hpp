// What a server says of a resource besides its bytes: what it would call the file, where else it
// is, what describes it, what its digests are. Thread: any; pure.
#pragma once

#include "core/http_message.hpp"
#include "core/source.hpp"
#include "net/url.hpp"

namespace xget::engine {

// `base`: the URL that gave the answer. `whole`: its content is the whole representation. What is
// malformed is left out, and links to anything but http and https.
core::AnswerHints answer_hints(const core::ResponseHead& head, const net::Url& base, bool whole);

}  // namespace xget::engine
