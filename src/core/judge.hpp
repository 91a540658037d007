// Judging a response before its first body byte is accepted (promise 2). Pure.
//
// A response either carries bytes that provably belong to the version and the range that were
// asked for, or leads elsewhere, or is refused with a reason that decides what happens next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/byte_range.hpp"
#include "core/failure.hpp"
#include "core/http_message.hpp"
#include "core/representation.hpp"

namespace xget::core {

// What was asked.
struct Question {
  ByteRange range;                         // end may be kUnknownEnd: all that follows
  bool ranged = true;                      // a Range header was sent
  std::optional<Representation> expected;  // the version the bytes must belong to
  // Bytes that the resource must have, as somebody else says: whatever its versions, with another
  // size it is another resource. nullopt: nobody said.
  std::optional<std::uint64_t> size;
  std::optional<Validators> unless;  // a field was sent that asks for another version alone
};

// Bytes of the asked version follow, beginning at granted.begin.
struct Usable {
  Representation representation;
  ByteRange granted;   // begins where it was asked to; end is kUnknownEnd if nobody said
  bool whole = false;  // a 200: everything from 0
};

struct Redirect {
  std::string location;
};

// It is the version of Question::unless; no body.
struct Unchanged {};

using Judgement = std::variant<Usable, Redirect, Unchanged, Failure>;

Judgement judge(const ResponseHead& head, const Question& question, WallTime now);

}  // namespace xget::core
