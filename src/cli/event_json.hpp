// Events as lines of JSON, as packaging/schema/events-1.schema.json describes them. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "cli/exit_code.hpp"
#include "xget/event.hpp"

namespace xget::cli {

// Each is one line without its end; `now` is the time since the command began.
std::string event_json(const Event& event, Duration now);
std::string start_json(Duration now);
// Of `count` events nobody could take in time.
std::string lost_json(std::uint64_t count, Duration now);
std::string end_json(ExitCode code, Duration now);

// What a proof is called there: "strong-validator".
const char* proof_name(Proof proof);
// "link", "reflink" or "copy"; empty: it was made from no other file.
const char* made_as_name(const std::optional<MadeFrom>& made_from);

}  // namespace xget::cli
