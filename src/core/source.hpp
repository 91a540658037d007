// Source: gives the bytes of a range. HTTP now; object stores and SFTP later.
// Thread: loop. Callbacks come on the loop thread, never from inside `fetch`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/failure.hpp"
#include "core/ports.hpp"
#include "core/representation.hpp"

namespace xget::core {

using FetchId = std::uint64_t;  // never 0, never used twice

struct FetchSpec {
  ByteRange range;  // end may be kUnknownEnd: all that follows
  // The version the bytes must belong to. Absent for the probe: any version will do.
  std::optional<Representation> expected;
  // A version that is there already: nothing is sent if the resource is still that one, and its
  // strong validator is of the URL that is asked in the end.
  std::optional<Validators> unless;
  // An ETag that whoever asks has from elsewhere, as its header has it: nothing is sent if the
  // resource still has it, whichever URL is asked in the end. Goes before `unless`; empty: none.
  std::string unless_tagged;
  [[nodiscard]] bool conditional() const { return unless || !unless_tagged.empty(); }
  bool plain = false;  // ask for the whole, without a range: the source does not serve them well
};

// Which URL gave an answer. Another URL may name the same representation by another ETag: those of
// different resources cannot be compared (RFC 9110 section 8.8.3).
enum class Place {
  Given,      // the one that the user gave, good for ever
  Elsewhere,  // where a redirect led, or a signed URL: likely another one the next time
  Refreshed,  // one that was given instead by use_url()
};

// Where else the resource is said to be (RFC 6249 section 3).
struct LinkedMirror {
  std::string url;         // absolute http or https, without user info
  std::string location;    // two letters of ISO 3166-1, in lower case; empty: not said
  bool same_tags = false;  // its ETags are said to be those of the URL that names it
};

// What a server says of a resource besides its bytes: never trusted, and true of this version
// alone.
struct AnswerHints {
  std::string file_name;                // as it says it; empty: none
  std::vector<LinkedMirror> mirrors;    // by priority
  std::vector<std::string> metalinks;   // absolute URLs of what describes it, as of mirrors
  std::vector<ExpectedDigest> digests;  // of the whole representation, the strongest first
};

// A response that was judged to carry bytes of the asked version from `granted.begin` on.
struct Offer {
  Representation representation;
  ByteRange granted;      // what the body will carry; end is kUnknownEnd if the server did not say.
                          // Begins where the range asked for begins, or at 0 for a whole body.
  bool whole = false;     // a 200: the body is the whole representation, from 0
  Duration round_trip{};  // the connection's, as far as it is known
  // The connection carries other requests meanwhile. False after a redirect: who sent it may not.
  bool multiplexed = false;
  Place place = Place::Given;
  std::string final_url;  // after redirects, without secrets
  std::string host;       // that sends the body, in lower case
  std::string address;
  AnswerHints hints;
};

// Why a fetch is cancelled.
enum class CancelCause {
  Stalled,    // nothing comes: where it was asked is left for a while
  NotWanted,  // what it brings is of no use any more, whoever brings it
};

struct FetchEnd {
  std::optional<Failure> failure;  // absent: the granted range, or the whole body, was delivered
  bool unchanged = false;  // nothing was delivered: it is the version that FetchSpec excepts
  bool end_proven = true;  // by a length or by framing; false: the connection just closed
};

class SourceListener {
 public:
  virtual ~SourceListener() = default;
  // Judged; bytes from offer.granted.begin on follow. False: not wanted, no more callbacks.
  virtual bool on_offer(FetchId id, const Offer& offer) = 0;
  virtual Flow on_bytes(FetchId id, std::span<const std::byte> bytes) = 0;
  // Once for every fetch that was not cancelled, stopped or unwanted.
  virtual void on_fetch_end(FetchId id, const FetchEnd& end) = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual FetchId fetch(const FetchSpec& spec, SourceListener& listener) = 0;
  virtual void cancel(FetchId id, CancelCause cause) = 0;
  virtual void resume(FetchId id) = 0;                    // after Flow::Pause
  virtual std::optional<PathFacts> path(FetchId id) = 0;  // nullopt: not known

  // The Source's own timers (races between addresses).
  virtual std::optional<Instant> next_deadline() const = 0;
  virtual void on_time(Instant now) = 0;

  // Forget where redirects led: the next fetch begins at the URL the user gave.
  virtual void start_over() = 0;
  // From now on fetches begin at this URL instead of the one the user gave. What was given for that
  // one's origin is still sent there alone. Fails with Refused if it is no URL to fetch from.
  virtual Result<void> use_url(const std::string& url) = 0;
  virtual std::string name() const = 0;  // the URL, without secrets
  // Of that host, as they were looked up last; none where it was not asked itself.
  virtual std::vector<std::string> addresses(const std::string& host) const = 0;
};

}  // namespace xget::core
