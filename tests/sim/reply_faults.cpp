// The faults a good reply may be bent by: one small function each, and a table.
#include <algorithm>
#include <array>

#include "sim/reply_draft.hpp"

namespace xget::sim {
namespace {

// Which replies a fault may happen to. A lie that is noticed by what was known before must not be
// the first thing that a client hears: it asks for a range from the middle only when it knows.
enum class Scope { Any, Measured, Partial, Middle };

struct Context {
  const ServerHabits& habits;
  Dice& dice;
};

struct Fault {
  const char* name;
  double ServerFaults::*probability;
  Scope scope;
  void (*apply)(ReplyDraft&, Context);
};

bool fits(Scope scope, const ReplyDraft& draft) {
  const bool partial = draft.status == 206;
  switch (scope) {
    case Scope::Any: return true;
    case Scope::Measured: return draft.content_length.has_value() && draft.body_length() > 1;
    case Scope::Partial: return partial;
    case Scope::Middle: return partial && draft.range.begin > 0;
  }
  return false;
}

void replace_body(ReplyDraft& draft, VersionId version, std::uint64_t offset,
                  std::uint64_t length) {
  draft.body = {{version, offset, length}};
  draft.content_length = length;
}

// A moment in the body, more often near its ends.
std::uint64_t somewhere(const ReplyDraft& draft, Dice& dice) {
  const std::uint64_t length = draft.body_length();
  if (length == 0) return 0;
  if (dice.chance(0.2)) return dice.below(std::min<std::uint64_t>(length, 100));
  if (dice.chance(0.2)) return length - 1 - dice.below(std::min<std::uint64_t>(length, 100));
  return dice.below(length);
}

void whole_for_range(ReplyDraft& draft, Context context) {
  const Version version = draft.version;
  draft = whole_reply(version, context.habits);
}

void login_page(ReplyDraft& draft, Context context) {
  draft = error_reply(200, context.dice);
  draft.content_type = "text/html; charset=utf-8";
}

void multipart(ReplyDraft& draft, Context) {
  draft.content_type = "multipart/byteranges; boundary=x";
  draft.content_range.clear();
  replace_body(draft, kJunk, draft.range.begin, draft.range.length() + 100);
}

void unsatisfiable(ReplyDraft& draft, Context context) {
  const std::uint64_t size = draft.version.size;
  draft = error_reply(416, context.dice);
  if (context.dice.chance(0.5)) draft.content_range = "bytes */" + std::to_string(size);
}

void shift(ReplyDraft& draft, ByteRange range) {
  draft.content_range = content_range_value(range, draft.version.size);
  replace_body(draft, draft.version.id, range.begin, range.length());
}

void range_early(ReplyDraft& draft, Context context) {
  const std::uint64_t by =
      context.dice.between(1, std::min<std::uint64_t>(draft.range.begin, 5000));
  shift(draft, {draft.range.begin - by, draft.range.end});
}

void range_late(ReplyDraft& draft, Context context) {
  if (draft.range.length() < 2) return;
  const std::uint64_t most = std::min<std::uint64_t>(draft.range.length() - 1, 5000);
  shift(draft, {draft.range.begin + context.dice.between(1, most), draft.range.end});
}

void range_missing(ReplyDraft& draft, Context) {
  draft.content_range.clear();
  replace_body(draft, draft.version.id, 0, draft.version.size);
}

void range_nonsense(ReplyDraft& draft, Context context) {
  const std::string first = std::to_string(draft.range.begin);
  const std::string last = std::to_string(draft.range.end - 1);
  const std::string total = std::to_string(draft.version.size);
  const std::array<std::string, 9> values{
      "bytes=" + first + "-" + last + "/" + total,
      "bytes " + last + "-" + first + "x/" + total,
      "bytes " + first + "-" + last,
      "bytes " + first + "-" + total + "/" + total,
      "items " + first + "-" + last + "/" + total,
      "bytes */" + total,
      "bytes " + first + "-" + last + "/" + total + "kB",
      "bytes -" + first + "-" + last + "/" + total,
      "bytes " + first + "-18446744073709551616/18446744073709551617",
  };
  draft.content_range = context.dice.pick(values);
  replace_body(draft, kJunk, draft.range.begin, draft.range.length());
}

void wrong_total(ReplyDraft& draft, Context context) {
  draft.content_range =
      content_range_value(draft.range, draft.version.size + context.dice.between(1, 100'000));
  replace_body(draft, kJunk, draft.range.begin, draft.range.length());
}

// Content-Length and Content-Range contradict each other.
void wrong_length(ReplyDraft& draft, Context context) {
  const std::uint64_t more = context.dice.between(1, 10'000);
  draft.body.push_back({kJunk, draft.range.end, more});
  draft.content_length = draft.body_length();
}

void coded(ReplyDraft& draft, Context context) {
  const std::array<const char*, 4> codings{"gzip", "br", "GZIP", "deflate, gzip"};
  draft.coding = context.dice.pick(codings);
  for (auto& part : draft.body) part.version = kJunk;
}

// What an honest node with another file says when it does not look at If-Range.
void other_version(ReplyDraft& draft, Context context) {
  if (context.habits.validation == Validation::None) return;
  draft.version.id = kJunk;
  draft.version.modified += std::chrono::hours(1);
  for (auto& part : draft.body) part.version = kJunk;
}

void drops_validators(ReplyDraft& draft, Context context) {
  const auto validation = context.habits.validation;
  const bool known_strong = validation != Validation::None && validation != Validation::WeakDate &&
                            validation != Validation::WeakEtag;
  draft.describes_version = false;
  if (!known_strong) return;
  for (auto& part : draft.body) part.version = kJunk;
}

// No Content-Length shows the surplus: only Content-Range says where the range ends, and that may
// be before the end that was asked for.
void too_long(ReplyDraft& draft, Context context) {
  if (context.dice.chance(0.5)) {
    const std::uint64_t length = context.dice.between(1, draft.range.length());
    draft.range.end = draft.range.begin + length;
    shift(draft, draft.range);
  }
  draft.framing = Framing::Chunked;
  draft.body.push_back({kJunk, draft.range.end, context.dice.between(1, 100'000)});
}

void end_early(ReplyDraft& draft, BodyEnd end, Dice& dice) {
  draft.sent = somewhere(draft, dice);
  draft.end = end;
}

void short_but_clean(ReplyDraft& draft, Context context) {
  end_early(draft, BodyEnd::ShortButClean, context.dice);
}

// Where the connection's end is the body's, a cut cannot be told from it.
void cut(ReplyDraft& draft, Context context) {
  if (draft.framing != Framing::UntilClose) end_early(draft, BodyEnd::Cut, context.dice);
}

void reset(ReplyDraft& draft, Context context) { end_early(draft, BodyEnd::Cut, context.dice); }
void stall(ReplyDraft& draft, Context context) { end_early(draft, BodyEnd::Stall, context.dice); }

void pause(ReplyDraft& draft, Context context) { draft.pause_at = somewhere(draft, context.dice); }

void crawl(ReplyDraft& draft, Context context) {
  draft.slowness = static_cast<double>(context.dice.between(2, 5000));
}

// Nothing in the head betrays it.
void lie(ReplyDraft& draft, Context context) {
  if (draft.body.size() != 1 || draft.body.front().length == 0) return;
  const BodyPart whole = draft.body.front();
  const std::uint64_t at = somewhere(draft, context.dice);
  const std::uint64_t length =
      std::min<std::uint64_t>(whole.length - at, context.dice.between(1, 1000));
  draft.body = {{whole.version, whole.offset, at},
                {kJunk, whole.offset + at, length},
                {whole.version, whole.offset + at + length, whole.length - at - length}};
  std::erase_if(draft.body, [](const BodyPart& part) { return part.length == 0; });
}

constexpr std::array kFaults{
    Fault{"whole for a range", &ServerFaults::whole_for_range, Scope::Partial, whole_for_range},
    Fault{"login page", &ServerFaults::login_page, Scope::Middle, login_page},
    Fault{"multipart", &ServerFaults::multipart, Scope::Partial, multipart},
    Fault{"unsatisfiable", &ServerFaults::unsatisfiable, Scope::Middle, unsatisfiable},
    Fault{"range begins early", &ServerFaults::range_early, Scope::Middle, range_early},
    Fault{"range begins late", &ServerFaults::range_late, Scope::Partial, range_late},
    Fault{"no Content-Range", &ServerFaults::range_missing, Scope::Partial, range_missing},
    Fault{"nonsense Content-Range", &ServerFaults::range_nonsense, Scope::Partial, range_nonsense},
    Fault{"wrong total", &ServerFaults::wrong_total, Scope::Middle, wrong_total},
    Fault{"wrong length", &ServerFaults::wrong_length, Scope::Partial, wrong_length},
    Fault{"coded", &ServerFaults::coded, Scope::Any, coded},
    Fault{"other version", &ServerFaults::other_version, Scope::Middle, other_version},
    Fault{"no validators", &ServerFaults::drops_validators, Scope::Middle, drops_validators},
    Fault{"too long", &ServerFaults::too_long, Scope::Partial, too_long},
    Fault{"short but clean", &ServerFaults::short_but_clean, Scope::Measured, short_but_clean},
    Fault{"cut", &ServerFaults::cut, Scope::Any, cut},
    Fault{"reset", &ServerFaults::reset, Scope::Any, reset},
    Fault{"stall", &ServerFaults::stall, Scope::Any, stall},
    Fault{"pause", &ServerFaults::pause, Scope::Any, pause},
    Fault{"crawl", &ServerFaults::crawl, Scope::Any, crawl},
    Fault{"lie", &ServerFaults::lies, Scope::Any, lie},
};

}  // namespace

const char* bend(ReplyDraft& draft, const ServerFaults& faults, const ServerHabits& habits,
                 Dice& dice) {
  double roll = dice.uniform();
  for (const Fault& fault : kFaults) {
    roll -= faults.*fault.probability;
    if (roll >= 0) continue;
    if (!fits(fault.scope, draft)) return "";
    fault.apply(draft, {habits, dice});
    return fault.name;
  }
  return "";
}

}  // namespace xget::sim
