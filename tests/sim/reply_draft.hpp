// A reply while it is being planned: what a good server would say, then bent by at most one fault.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/byte_range.hpp"
#include "sim/sim_server.hpp"

namespace xget::sim {

enum class Framing { Length, Chunked, UntilClose };

struct ReplyDraft {
  int status = 200;
  Version version;                // described by the validators
  bool describes_version = true;  // validators are sent
  ByteRange range;                // of the version, for a 206 and for what a 206 becomes
  std::string content_range;      // empty: none
  std::optional<std::uint64_t> content_length;
  std::string coding;  // empty: none
  std::string content_type = "application/octet-stream";
  Framing framing = Framing::Length;
  std::vector<core::Header> extra;
  std::vector<BodyPart> body;
  std::optional<std::uint64_t> sent;  // absent: all of the body
  BodyEnd end = BodyEnd::Clean;
  std::optional<std::uint64_t> pause_at;
  double slowness = 1;

  [[nodiscard]] std::uint64_t body_length() const;
};

ReplyDraft whole_reply(const Version& version, const ServerHabits& habits);
ReplyDraft partial_reply(const Version& version, ByteRange range, const ServerHabits& habits);
ReplyDraft error_reply(int status, Dice& dice);

// One fault chosen by its probability and applied to a good answer; its name, or "".
const char* bend(ReplyDraft& draft, const ServerFaults& faults, const ServerHabits& habits,
                 Dice& dice);

// "bytes 0-99/100"; the total absent: "*".
std::string content_range_value(ByteRange range, std::optional<std::uint64_t> total);
std::string http_date(WallTime time);

}  // namespace xget::sim
