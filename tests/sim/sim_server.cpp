#include "sim/sim_server.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <string_view>
#include <utility>

#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "sim/reply_draft.hpp"

namespace xget::sim {
namespace {

std::optional<std::string> find_header(const core::HttpRequest& request, std::string_view name) {
  for (const auto& header : request.headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "bytes=5-" and "bytes=5-9"; other forms are ignored, as a server may.
std::optional<ByteRange> asked_range(const core::HttpRequest& request) {
  const auto header = find_header(request, "Range");
  constexpr std::string_view kUnit = "bytes=";
  if (!header || !header->starts_with(kUnit)) return std::nullopt;
  const std::string_view spec = std::string_view(*header).substr(kUnit.size());
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = number(spec.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == spec.size()) return ByteRange{*first, kUnknownEnd};
  const auto last = number(spec.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return ByteRange{*first, *last + 1};
}

std::string etag(const Version& version) {
  return "\"v" + std::to_string(version.id) + version.signature + "\"";
}

std::string_view token_of(std::string_view url) {
  const auto equals = url.rfind('=');
  return equals == std::string_view::npos ? std::string_view() : url.substr(equals + 1);
}

bool has_etag(Validation validation) {
  return validation == Validation::StrongEtag || validation == Validation::StrongEtagDated ||
         validation == Validation::WeakEtag;
}

bool is_dated(Validation validation) {
  return validation == Validation::StrongEtagDated || validation == Validation::StrongDate ||
         validation == Validation::WeakDate;
}

bool if_range_matches(const std::string& value, const Version& version, Validation validation) {
  const bool strong =
      validation == Validation::StrongEtag || validation == Validation::StrongEtagDated;
  if (strong && value == etag(version)) return true;
  return is_dated(validation) && value == http_date(version.modified);
}

void add_version_headers(std::vector<core::Header>& headers, const Version& version,
                         Validation validation) {
  const bool weak = validation == Validation::WeakEtag;
  if (has_etag(validation)) headers.push_back({"ETag", (weak ? "W/" : "") + etag(version)});
  if (is_dated(validation)) headers.push_back({"Last-Modified", http_date(version.modified)});
}

Reply to_reply(ReplyDraft draft, Validation validation, WallTime now) {
  Reply reply;
  reply.head.status = draft.status;
  auto& headers = reply.head.headers;
  // Without a Date nothing tells whether a Last-Modified is strong.
  if (validation != Validation::WeakDate) headers.push_back({"Date", http_date(now)});
  headers.push_back({"Content-Type", draft.content_type});
  if (draft.describes_version) add_version_headers(headers, draft.version, validation);
  if (!draft.content_range.empty()) headers.push_back({"Content-Range", draft.content_range});
  if (!draft.coding.empty()) headers.push_back({"Content-Encoding", draft.coding});
  if (draft.framing == Framing::Chunked) headers.push_back({"Transfer-Encoding", "chunked"});
  if (draft.framing == Framing::Length && draft.content_length) {
    headers.push_back({"Content-Length", std::to_string(*draft.content_length)});
  }
  headers.insert(headers.end(), draft.extra.begin(), draft.extra.end());
  reply.sent = draft.sent.value_or(draft.body_length());
  reply.body = std::move(draft.body);
  reply.end = draft.end;
  reply.length_known = draft.framing != Framing::UntilClose;
  reply.pause_at = draft.pause_at;
  reply.slowness = draft.slowness;
  return reply;
}

// Of all that the version's bytes are. A pure function, and a slow one: each is computed once.
const std::string& repr_digest(const Version& version) {
  static std::map<std::pair<VersionId, std::uint64_t>, std::string> known;
  std::string& field = known[{version.id, version.size}];
  if (!field.empty()) return field;
  const auto digester = Digester::create(DigestAlgorithm::Sha256);
  for (std::uint64_t at = 0; at < version.size;) {
    const auto part = content(version.id, at, version.size - at);
    digester->update(part);
    at += part.size();
  }
  field = "sha-256=:" + to_base64(*parse_hex(digester->finish_hex())) + ":";
  return field;
}

ReplyDraft busy_reply(WallTime now, Dice& dice) {
  ReplyDraft draft = error_reply(dice.chance(0.5) ? 429 : 503, dice);
  const double kind = dice.uniform();
  if (kind < 0.4) {
    draft.extra.push_back({"Retry-After", std::to_string(dice.between(0, 10))});
  } else if (kind < 0.5) {
    const auto later = now + std::chrono::seconds(dice.between(0, 30));
    draft.extra.push_back({"Retry-After", http_date(later)});
  } else if (kind < 0.52) {
    draft.extra.push_back({"Retry-After", "4000"});
  }
  return draft;
}

}  // namespace

std::uint64_t ReplyDraft::body_length() const {
  std::uint64_t length = 0;
  for (const auto& part : body) length += part.length;
  return length;
}

ReplyDraft whole_reply(const Version& version, const ServerHabits& habits) {
  ReplyDraft draft;
  draft.status = 200;
  draft.version = version;
  draft.range = {0, version.size};
  if (version.size > 0) draft.body = {{version.id, 0, version.size}};
  if (habits.until_close) {
    draft.framing = Framing::UntilClose;
  } else if (habits.chunked) {
    draft.framing = Framing::Chunked;
  } else {
    draft.content_length = version.size;
  }
  return draft;
}

ReplyDraft partial_reply(const Version& version, ByteRange range, const ServerHabits& habits) {
  ReplyDraft draft;
  draft.status = 206;
  draft.version = version;
  if (habits.range_cap) range.end = std::min(range.end, range.begin + *habits.range_cap);
  draft.range = range;
  draft.content_range =
      content_range_value(range, habits.hides_total ? std::nullopt : std::optional(version.size));
  draft.body = {{version.id, range.begin, range.length()}};
  draft.content_length = range.length();
  return draft;
}

ReplyDraft error_reply(int status, Dice& dice) {
  ReplyDraft draft;
  draft.status = status;
  draft.describes_version = false;
  draft.content_type = "text/html";
  draft.body = {{kJunk, 0, dice.between(1, 4000)}};
  draft.content_length = draft.body_length();
  return draft;
}

std::string content_range_value(ByteRange range, std::optional<std::uint64_t> total) {
  return "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1) + "/" +
         (total ? std::to_string(*total) : "*");
}

std::string http_date(WallTime time) {
  const std::time_t when = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 40> text{};
  const auto length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

std::string token_query(WallTime now) {
  return "?signature=" + std::to_string(now.time_since_epoch().count());
}

Reply SimServer::answer(const core::HttpRequest& request, WallTime now, const Machine& machine) {
  Version version = resource_.current(machine.lag);
  version.signature = habits_.etag_suffix;
  if (habits_.etag_per_token) version.signature = "-" + std::string(token_of(request.url));
  ReplyDraft draft;
  const char* fault = "";
  if (auto early = refuse_early(request, now, machine)) {
    draft = *std::move(early);
    fault = "refused";
  } else {
    draft = good_answer(request, version);
    if (draft.status == 200 || draft.status == 206) {
      ++served_;
      if (!habits_.disposition.empty()) {
        draft.extra.push_back({"Content-Disposition", habits_.disposition});
      }
      fault = bend(draft, faults, habits_, dice_);
      if (habits_.says_digest && draft.describes_version) {
        draft.extra.push_back({"Repr-Digest", repr_digest(draft.version)});
      }
    }
  }
  Reply reply = to_reply(std::move(draft), habits_.validation, now);
  reply.fault = fault;
  hamper(reply, machine);
  return reply;
}

void SimServer::hamper(Reply& reply, const Machine& machine) {
  reply.slowness *= machine.slowness;
  if (reply.end != BodyEnd::Clean || reply.sent == 0 || !dice_.chance(machine.stalls)) return;
  reply.sent = dice_.below(reply.sent);
  reply.end = BodyEnd::Stall;
}

// What is said before the resource is looked at: errors, waits, redirects, expired tokens.
std::optional<ReplyDraft> SimServer::refuse_early(const core::HttpRequest& request, WallTime now,
                                                  const Machine& machine) {
  if (dice_.chance(faults.mute)) {
    ReplyDraft draft;
    draft.end = BodyEnd::Mute;
    return draft;
  }
  if (dice_.chance(faults.server_error)) {
    const std::array<int, 5> statuses{500, 502, 504, 520, 408};
    return error_reply(dice_.pick(statuses), dice_);
  }
  if (dice_.chance(faults.busy)) return busy_reply(now, dice_);
  if (served_ > 0 && dice_.chance(faults.denied)) {
    const std::array<int, 4> statuses{401, 403, 404, 410};
    return error_reply(dice_.pick(statuses), dice_);
  }
  if (served_ > 0 && machine.lost_it) return error_reply(404, dice_);
  if (habits_.redirects_to) return redirect(now);
  if (habits_.token_lifetime && !token_is_valid(request.url, now)) return error_reply(403, dice_);
  return std::nullopt;
}

ReplyDraft SimServer::redirect(WallTime now) {
  const std::array<int, 5> statuses{301, 302, 303, 307, 308};
  ReplyDraft draft = error_reply(dice_.pick(statuses), dice_);
  std::string location = *habits_.redirects_to;
  if (dice_.chance(faults.redirect_loop)) {
    location = "?again";
  } else if (habits_.sends_token) {
    location += token_query(now);
  }
  draft.extra.push_back({"Location", location});
  return draft;
}

void SimServer::keep_tokens_for(Duration least) {
  if (habits_.token_lifetime) habits_.token_lifetime = std::max(*habits_.token_lifetime, least);
}

bool SimServer::token_is_valid(const std::string& url, WallTime now) const {
  const auto since = number(token_of(url));
  if (!since) return false;
  const WallTime issued{std::chrono::seconds(*since)};
  return now - issued < *habits_.token_lifetime;
}

ReplyDraft SimServer::good_answer(const core::HttpRequest& request, const Version& version) {
  const auto asked = asked_range(request);
  if (asked && habits_.refuses_ranges) return error_reply(dice_.chance(0.5) ? 400 : 416, dice_);
  if (!asked || !habits_.ranges) return whole_reply(version, habits_);
  if (const auto condition = find_header(request, "If-Range"); condition) {
    if (habits_.if_range_means_whole) return whole_reply(version, habits_);
    const bool same = if_range_matches(*condition, version, habits_.validation);
    if (habits_.honours_if_range && !same) return whole_reply(version, habits_);
  }
  if (asked->begin < version.size) {
    const ByteRange range{asked->begin, std::min(asked->end, version.size)};
    return partial_reply(version, range, habits_);
  }
  if (version.size == 0 && !habits_.empty_is_unsatisfiable) return whole_reply(version, habits_);
  ReplyDraft draft = error_reply(416, dice_);
  draft.content_range = "bytes */" + std::to_string(version.size);
  return draft;
}

}  // namespace xget::sim
