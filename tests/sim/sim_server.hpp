// SimServer: an HTTP server that holds versions of one resource and answers GETs, well or badly.
//
// Every lie it tells can be noticed by what its answers themselves say or by what earlier ones
// said: a body is only ever other than its head describes in a way that a check can see. A lie
// that no client could notice (the wrong bytes under the right strong ETag) is no test, unless the
// digests of pieces are known.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports.hpp"
#include "sim/content.hpp"
#include "sim/dice.hpp"

namespace xget::sim {

struct Version {
  VersionId id = 0;
  std::uint64_t size = 0;
  WallTime modified{};
  std::string signature{};  // of the URL that it is asked by, where the ETag depends on that
};

// A resource over time. The last version is the one that is served now.
class Resource {
 public:
  explicit Resource(Version first) : versions_{first} {}
  void change(Version next) { versions_.push_back(next); }
  // A server that lags behind still serves an older version.
  [[nodiscard]] const Version& current(std::size_t lag = 0) const {
    return versions_[versions_.size() - 1 - std::min(lag, versions_.size() - 1)];
  }
  [[nodiscard]] const std::vector<Version>& versions() const { return versions_; }

 private:
  std::vector<Version> versions_;
};

// Dated means a Last-Modified; it is strong where the answers carry a Date too.
enum class Validation { StrongEtag, StrongEtagDated, StrongDate, WeakDate, WeakEtag, None };

// What a server is always like.
struct ServerHabits {
  Validation validation = Validation::StrongEtag;
  bool ranges = true;                       // false: 200 to everything
  bool refuses_ranges = false;              // 416 or 400 to every range
  bool honours_if_range = true;             // false: 206 of whatever it has now
  bool if_range_means_whole = false;        // 200 to every If-Range, matching or not
  bool chunked = false;                     // no Content-Length on a 200
  bool until_close = false;                 // likewise, and the end of the body is the connection's
  bool hides_total = false;                 // "bytes 0-99/*"
  bool empty_is_unsatisfiable = false;      // 416 to bytes=0- of an empty resource
  std::optional<std::uint64_t> range_cap;   // bytes; longer ranges are cut
  std::optional<std::string> redirects_to;  // URL; a token is appended if it expires
  std::optional<Duration> token_lifetime;   // of the tokens that this server accepts
  bool sends_token = false;                 // appends one to redirects_to
  bool etag_per_token = false;              // the same version has another ETag for each
  bool says_digest = false;                 // Repr-Digest
  std::string etag_suffix;                  // mirrors name the same version by other ETags
  std::string disposition;                  // Content-Disposition of good answers; empty: none
};

// Probabilities for each answer. At most one of them happens to it.
struct ServerFaults {
  double server_error = 0, busy = 0, denied = 0;
  double whole_for_range = 0, login_page = 0, multipart = 0, unsatisfiable = 0;
  double range_early = 0, range_late = 0, range_missing = 0, range_nonsense = 0;
  double wrong_total = 0, wrong_length = 0, coded = 0;
  double other_version = 0, drops_validators = 0;
  double too_long = 0, short_but_clean = 0, cut = 0, reset = 0;
  double stall = 0, pause = 0, crawl = 0, redirect_loop = 0;
  double mute = 0;  // the head never comes
  double lies = 0;  // some bytes are wrong, and nothing in the response shows it
};

enum class BodyEnd {
  Clean,          // as announced
  Cut,            // the connection ends early
  ShortButClean,  // early too, but the transport reports success
  Stall,          // nothing more comes, and the connection stays
  Mute,           // likewise, and the head never came
};

struct BodyPart {
  VersionId version = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Reply {
  core::ResponseHead head;
  std::vector<BodyPart> body;
  std::uint64_t sent = 0;  // bytes of the body that are sent before it ends as `end` says
  BodyEnd end = BodyEnd::Clean;
  bool length_known = true;               // by Content-Length or chunks
  std::optional<std::uint64_t> pause_at;  // after so many bytes nothing comes for a while
  double slowness = 1;                    // the connection's rate is divided by it
  const char* fault = "";                 // what went wrong on purpose, for the trace
};

// One of the machines that answer for the server, behind an address of its own.
struct Machine {
  std::size_t lag = 0;   // versions that it is behind
  bool lost_it = false;  // it has no such resource, as it says once another one has served it
  double stalls = 0;     // the probability for each body
  double slowness = 1;   // the rates of its connections are divided by it
};

// "?signature=...": what makes a URL good for a server with a token_lifetime, from now on.
std::string token_query(WallTime now);

struct ReplyDraft;

class SimServer {
 public:
  SimServer(const Resource& resource, ServerHabits habits, Dice dice)
      : resource_(resource), habits_(std::move(habits)), dice_(dice) {}

  ServerFaults faults;
  void keep_tokens_for(Duration least);
  Reply answer(const core::HttpRequest& request, WallTime now, const Machine& machine);

 private:
  std::optional<ReplyDraft> refuse_early(const core::HttpRequest& request, WallTime now,
                                         const Machine& machine);
  void hamper(Reply& reply, const Machine& machine);
  ReplyDraft redirect(WallTime now);
  [[nodiscard]] bool token_is_valid(const std::string& url, WallTime now) const;
  ReplyDraft good_answer(const core::HttpRequest& request, const Version& version);

  const Resource& resource_;
  ServerHabits habits_;
  Dice dice_;
  std::uint64_t served_ = 0;  // good answers so far
};

}  // namespace xget::sim
