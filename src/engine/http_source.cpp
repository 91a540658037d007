#include "engine/http_source.hpp"

#include <algorithm>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "core/retry_policy.hpp"
#include "core/transfer_failure.hpp"
#include "engine/answer_hints.hpp"
#include "engine/http_log.hpp"
#include "engine/http_question.hpp"
#include "engine/login.hpp"
#include "net/resource_name.hpp"

namespace xget::engine {
namespace {

constexpr int kMaxRedirects = 10;
constexpr Duration kLongestDrain = std::chrono::seconds(1);

core::Failure failure(core::FailureKind kind, long number, std::string cause) {
  return {.kind = kind,
          .number = number,
          .cause = std::move(cause),
          .retry_after = std::nullopt,
          .offered = std::nullopt};
}

bool from_start(ByteRange range) { return range.begin == 0 && range.end == kUnknownEnd; }

}  // namespace

std::string HttpSourceSettings::proxy_for(const net::Url& hop) const {
  const std::string own = hosts ? hosts->proxy(hop.origin) : std::string();
  return net::choose_proxy(hop, own.empty() ? proxy : own, proxy_environment);
}

ProxyAuth HttpSourceSettings::proxy_auth_for(const net::Url& hop) const {
  const auto own = hosts ? hosts->proxy_auth(hop.origin) : std::nullopt;
  return own.value_or(proxy_auth);
}

HttpSource::HttpSource(HttpSourceSettings settings, core::Transport& transport,
                       core::Resolver& resolver, core::Clock& clock)
    : settings_(std::move(settings)),
      over_(settings_.over ? settings_.over(transport) : nullptr),
      transport_(over_ ? *over_ : transport),
      resolver_(resolver),
      clock_(clock),
      name_(settings_.name.empty() ? net::without_secrets(settings_.url.text) : settings_.name),
      start_(settings_.url) {
  start_.user_password.clear();  // the settings have it
}

HttpSource::~HttpSource() {
  for (auto& [id, fetch] : fetches_) abandon(fetch);
  for (const auto& [request, fetch] : requests_) transport_.cancel(request);  // kNobody's
}

core::FetchId HttpSource::fetch(const core::FetchSpec& spec, core::SourceListener& listener) {
  const core::FetchId id = next_id_++;
  Fetch& fetch = fetches_[id];
  fetch.spec = spec;
  fetch.listener = &listener;
  fetch.url = arrived_at_ ? *arrived_at_ : start_;
  fetch.ranged = !spec.plain && (ranges_work_ || !from_start(spec.range));
  fetch.conditional = if_range_works_ && spec.expected && spec.range.begin > 0;
  begin_hop(id, fetch);
  return id;
}

void HttpSource::cancel(core::FetchId id, core::CancelCause cause) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end()) return;
  if (cause == core::CancelCause::Stalled) {
    for (const auto& [request, address] : it->second.race.running()) blame(request);
  }
  abandon(it->second);
  fetches_.erase(it);
}

void HttpSource::resume(core::FetchId id) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || it->second.winner == 0) return;
  use_.resumed(it->second.winner, clock_.now());
  transport_.resume(it->second.winner);
}

std::optional<core::PathFacts> HttpSource::path(core::FetchId id) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || it->second.winner == 0) return std::nullopt;
  return transport_.path(it->second.winner);
}

std::optional<Instant> HttpSource::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [id, fetch] : fetches_) {
    next = earliest(next, fetch.drained != 0 ? fetch.drained_by : fetch.race.next_start());
  }
  return next;
}

void HttpSource::on_time(Instant now) {
  for (auto& [id, fetch] : fetches_) {
    if (fetch.drained != 0 && now >= fetch.drained_by) {
      forget(std::exchange(fetch.drained, 0));
      begin_hop(id, fetch);
    }
    const auto at = fetch.race.next_start();
    if (at && now >= *at) ask_next_address(id, fetch);
  }
}

void HttpSource::start_over() {
  ranges_work_ = true;
  arrived_at_.reset();
  use_.look_up_again();
}

Result<void> HttpSource::use_url(const std::string& url) {
  auto parsed = net::parse_url(url);
  if (!parsed) {
    Error error = std::move(parsed.error());
    error.code = ErrorCode::Refused;
    return fail(std::move(error));
  }
  start_ = *std::move(parsed);
  start_over();
  log::info("going on from " + net::without_secrets(start_.text));
  return {};
}

std::string HttpSource::name() const { return name_; }

// ---- one hop: name, addresses, requests ---------------------------------------------------

void HttpSource::begin_hop(core::FetchId id, Fetch& fetch) {
  fetch.race = {};
  fetch.winner = 0;
  fetch.fresh = false;
  const net::Origin& origin = fetch.url.origin;
  if (!chooses_address(fetch)) return ask_next_address(id, fetch);
  if (!fetch.others.empty() || use_.of(origin.host).settled()) return begin_race(id, fetch);
  fetch.lookup = resolver_.resolve(
      origin.host,
      [this, id](const Result<std::vector<std::string>>& answer) { on_resolved(id, answer); });
}

// Behind a proxy, or under the user's rule, there is no choice.
bool HttpSource::chooses_address(const Fetch& fetch) const {
  return settings_.proxy_for(fetch.url).empty() &&
         net::connect_to_rule(settings_.connect_to, fetch.url.origin).empty();
}

void HttpSource::on_resolved(core::FetchId id, const Result<std::vector<std::string>>& answer) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end()) return;
  Fetch& fetch = it->second;
  fetch.lookup = 0;
  if (!answer) {
    const bool forbidden = answer.error().code == ErrorCode::Usage;
    const auto kind = forbidden ? core::FailureKind::Unusable : core::FailureKind::Resolve;
    end_fetch(id, {failure(kind, answer.error().number, answer.error().cause)});
    return;
  }
  log_addresses(fetch.url.origin.host, *answer);
  use_.of(fetch.url.origin.host).resolved(*answer);
  begin_race(id, fetch);
}

void HttpSource::begin_race(core::FetchId id, Fetch& fetch) {
  const Instant now = clock_.now();
  core::Addresses& addresses = use_.of(fetch.url.origin.host);
  for (const auto& [other, running] : fetches_)
    use_.delivered(running.winner, running.delivered, now);
  const bool told_apart = !fetch.spec.expected || fetch.spec.expected->validators.any();
  auto order = std::exchange(fetch.others, {});
  if (order.empty()) order = addresses.next(told_apart, now);
  fetch.race = core::AddressRace(std::move(order), addresses.interval());
  ask_next_address(id, fetch);
}

void HttpSource::ask_next_address(core::FetchId id, Fetch& fetch) {
  const std::string& address = fetch.race.take_next(clock_.now());
  core::HttpRequest request = request_for({.url = fetch.url,
                                           .login = login_at(fetch.url),
                                           .spec = fetch.spec,
                                           .ranged = fetch.ranged,
                                           .unless_unchanged = unless_unchanged(fetch),
                                           .conditional = fetch.conditional},
                                          settings_);
  request.pinned_address = address;
  request.fresh = fetch.fresh;
  log_request(request);
  const core::RequestId started = transport_.start(request, *this);
  use_.started(started, fetch.url.origin.host, address, clock_.now());
  fetch.race.started(started, address);
  requests_.emplace(started, id);
}

// Another URL may call another version by the same validator.
std::optional<core::Header> HttpSource::unless_unchanged(const Fetch& fetch) {
  if (!fetch.spec.unless_tagged.empty()) {
    return core::Header{"If-None-Match", fetch.spec.unless_tagged};
  }
  const auto& known = fetch.spec.unless;
  if (!known || known->resource != net::resource_name(fetch.url)) return std::nullopt;
  return core::unless_unchanged(*known);
}

std::optional<core::Validators> HttpSource::excepted(const Fetch& fetch) {
  if (!fetch.spec.unless_tagged.empty()) return core::validators_of_tag(fetch.spec.unless_tagged);
  return unless_unchanged(fetch) ? fetch.spec.unless : std::nullopt;
}

std::string HttpSource::login_at(const net::Url& hop) const {
  const bool with_url = hop.origin == start_.origin && hop.origin != settings_.url.origin;
  return with_url && !start_.user_password.empty() ? start_.user_password
                                                   : login_for(hop, settings_);
}

std::string HttpSource::shown(const net::Url& url) const {
  return url.text == settings_.url.text ? name_ : net::without_secrets(url.text);
}

core::Place HttpSource::place_of(const Fetch& fetch) const {
  if (start_.text != settings_.url.text) return core::Place::Refreshed;
  const bool is_given = fetch.url.text == settings_.url.text;
  return is_given && secrets_in_url(settings_.url.text).empty() ? core::Place::Given
                                                                : core::Place::Elsewhere;
}

// ---- the answer ---------------------------------------------------------------------------

core::HeadVerdict HttpSource::on_head(core::RequestId request, const core::ResponseHead& head,
                                      const core::ConnectionFacts& facts) {
  const auto known = requests_.find(request);
  if (known == requests_.end() || known->second == kNobody) return core::HeadVerdict::Refuse;
  const core::FetchId id = known->second;
  Fetch& fetch = fetches_.at(id);
  for (const core::RequestId other : fetch.race.won_by(request)) {
    use_.outpaced(other, request, clock_.now());
    forget(other);
  }
  use_.answered(request, head, clock_.now());

  const core::Question question{fetch.spec.range, fetch.ranged, fetch.spec.expected, settings_.size,
                                excepted(fetch)};
  core::Judgement judgement = core::judge(head, question, clock_.wall_now());
  if (const auto* usable = std::get_if<core::Usable>(&judgement)) {
    return accept(id, request, *usable, head, facts);
  }
  fetch.race.clear();
  if (const auto* redirect = std::get_if<core::Redirect>(&judgement)) {
    return follow(id, request, *redirect);
  }
  if (std::holds_alternative<core::Unchanged>(judgement)) {
    release(request);
    end_fetch(id, {.failure = std::nullopt, .unchanged = true});
    return core::HeadVerdict::Drain;
  }
  return refuse(id, request, std::get<core::Failure>(std::move(judgement)));
}

core::HeadVerdict HttpSource::accept(core::FetchId id, core::RequestId request,
                                     const core::Usable& usable, const core::ResponseHead& head,
                                     const core::ConnectionFacts& facts) {
  Fetch& fetch = fetches_.at(id);
  fetch.winner = request;
  fetch.granted = usable.granted;
  if (!usable.whole) fetch.granted.end = std::min(fetch.granted.end, fetch.spec.range.end);
  if (fetch.redirects > 0) arrived_at_ = fetch.url;
  core::Offer offer{.representation = usable.representation,
                    .granted = fetch.granted,
                    .whole = usable.whole,
                    .round_trip = facts.reused ? facts.first_byte_time : facts.connect_time,
                    .multiplexed = head.http_version == 20 && fetch.redirects == 0,
                    .place = place_of(fetch),
                    .final_url = shown(fetch.url),
                    .host = fetch.url.origin.host,
                    .address = facts.remote_address,
                    .hints = answer_hints(head, fetch.url, usable.whole)};
  offer.representation.validators.resource = net::resource_name(fetch.url);
  offer.representation.digest = digest_to_check(offer);
  log_answer(offer, facts);
  const bool wanted = fetch.listener->on_offer(id, offer);
  if (!fetches_.contains(id)) return core::HeadVerdict::Refuse;  // cancelled meanwhile
  if (wanted) {
    use_.served(request, offer.representation);
    return core::HeadVerdict::Accept;
  }
  release(request);
  fetches_.erase(id);
  return core::HeadVerdict::Refuse;
}

core::HeadVerdict HttpSource::follow(core::FetchId id, core::RequestId request,
                                     const core::Redirect& redirect) {
  Fetch& fetch = fetches_.at(id);
  const auto bad = [&](std::string cause) {
    return refuse(id, request, failure(core::FailureKind::BadRedirect, 0, std::move(cause)));
  };
  auto next = net::resolve_reference(fetch.url, redirect.location);
  if (!next) return bad("a redirect that cannot be followed: " + next.error().cause);
  if (++fetch.redirects > kMaxRedirects) {
    return bad("more than 10 redirects, the last one to " + net::without_secrets(next->text) +
               " (where they go round in circles, --cookie-jar may help)");
  }
  const bool downgrade = fetch.url.origin.scheme == "https" && next->origin.scheme == "http";
  if (downgrade && !settings_.allow_downgrade) {
    return bad("a redirect from https to http (--allow-downgrade follows it)");
  }
  log::debug("redirected to " + net::without_secrets(next->text));
  fetch.url = *std::move(next);
  return hop_once_drained(request, fetch);
}

core::HeadVerdict HttpSource::hop_once_drained(core::RequestId request, Fetch& fetch) {
  fetch.drained = request;
  fetch.drained_by = clock_.now() + kLongestDrain;
  return core::HeadVerdict::Drain;
}

core::HeadVerdict HttpSource::refuse(core::FetchId id, core::RequestId request,
                                     core::Failure failure) {
  Fetch& fetch = fetches_.at(id);
  // What is heard here for the first time may be this address's word alone.
  const bool stranger = !use_.has_served(request);
  if (stranger && ask_elsewhere(fetch, request, failure)) return hop_once_drained(request, fetch);
  if (ask_differently(fetch, failure)) return hop_once_drained(request, fetch);
  if (!stranger && ask_elsewhere(fetch, request, failure)) return hop_once_drained(request, fetch);
  log::debug("refused: " + failure.cause);
  use_.believed(request, failure.kind, clock_.now());
  arrived_at_.reset();
  release(request);
  end_fetch(id, {std::move(failure)});
  return core::HeadVerdict::Drain;
}

// Once, so that no fetch goes from address to address for ever.
bool HttpSource::ask_elsewhere(Fetch& fetch, core::RequestId request,
                               const core::Failure& failure) {
  if (fetch.asked_elsewhere) return false;
  const auto& expected = fetch.spec.expected;
  fetch.others = use_.second_opinion(request, failure.kind, expected ? &*expected : nullptr);
  if (fetch.others.empty()) return false;
  log::debug("another address is asked, because this one says: " + failure.cause);
  use_.doubted(request, failure.kind, clock_.now());
  return fetch.asked_elsewhere = true;
}

// Each way of asking is dropped once it has failed.
bool HttpSource::ask_differently(Fetch& fetch, const core::Failure& failure) {
  const core::Asked asked{.remembered_place = fetch.redirects == 0 && fetch.url.text != start_.text,
                          .conditional = fetch.conditional,
                          .whole_as_range = fetch.ranged && from_start(fetch.spec.range)};
  switch (core::other_way_to_ask(failure.kind, asked)) {
    case core::OtherWay::None: return false;
    case core::OtherWay::FromGivenUrl:
      arrived_at_.reset();
      fetch.url = start_;
      return true;
    case core::OtherWay::WithoutIfRange: fetch.conditional = if_range_works_ = false; return true;
    case core::OtherWay::WithoutRange: fetch.ranged = ranges_work_ = false; return true;
  }
  return false;
}

core::Flow HttpSource::on_body(core::RequestId request, std::span<const std::byte> bytes) {
  const auto known = requests_.find(request);
  if (known == requests_.end() || known->second == kNobody) return core::Flow::Stop;
  const core::FetchId id = known->second;
  Fetch& fetch = fetches_.at(id);
  const std::uint64_t room = fetch.granted.length() - fetch.delivered;
  const bool too_long = bytes.size() > room && defence_on(Defence::BodyCap);
  if (too_long) bytes = bytes.first(static_cast<std::size_t>(room));
  fetch.delivered += bytes.size();

  core::Flow flow = core::Flow::Continue;
  if (!bytes.empty()) flow = fetch.listener->on_bytes(id, bytes);
  if (flow == core::Flow::Pause) use_.paused(request, fetch.delivered, clock_.now());
  if (flow == core::Flow::Stop) {
    const auto stopped = fetches_.find(id);
    if (stopped != fetches_.end()) {
      abandon(stopped->second);
      fetches_.erase(stopped);
    }
    return flow;
  }
  if (too_long && fetches_.contains(id)) {  // the range is complete, the rest is not ours
    end_fetch(id, {});
    return core::Flow::Stop;
  }
  return flow;
}

void HttpSource::on_transfer_end(core::RequestId request, const core::TransferEnd& end) {
  const auto known = requests_.find(request);
  if (known == requests_.end()) return;
  const core::FetchId id = known->second;
  requests_.erase(known);
  if (id != kNobody) return on_attempt_end(id, request, end);
  use_.ended(request, end, clock_.now());
}

void HttpSource::on_attempt_end(core::FetchId id, core::RequestId request,
                                const core::TransferEnd& end) {
  Fetch& fetch = fetches_.at(id);
  if (fetch.drained == request) {
    fetch.drained = 0;
    use_.ended(request, end, clock_.now());
    return begin_hop(id, fetch);
  }
  if (fetch.winner != request) return attempt_failed(id, request, end);
  body_ended(id, request, end);
}

void HttpSource::body_ended(core::FetchId id, core::RequestId request,
                            const core::TransferEnd& end) {
  Fetch& fetch = fetches_.at(id);
  const Instant now = clock_.now();
  use_.delivered(request, fetch.delivered, now);
  const bool announced = fetch.granted.end != kUnknownEnd;
  const bool all_there = announced && fetch.delivered >= fetch.granted.length();
  const bool ended_well =
      !defence_on(Defence::BodyLength) || (end.status == core::TransferStatus::Ok && !announced);
  if (all_there || ended_well) {  // all is there, however the connection ended
    use_.ended(request, end, now);
    end_fetch(id, {.failure = std::nullopt, .end_proven = announced || end.length_known});
  } else {
    const bool silent = end.status == core::TransferStatus::Ok || end.cause.empty();
    blame(request);
    use_.cancelled(request, now);
    end_fetch(id, {failure(core::FailureKind::CutShort, end.number,
                           silent ? "the body ended early" : end.cause)});
  }
}

// What an earlier response left behind on its connection, or that the server has closed it
// meanwhile, says nothing of this request (RFC 9112 section 9.3.1).
bool HttpSource::ask_over_fresh_connection(core::FetchId id, core::RequestId request,
                                           const core::TransferEnd& end) {
  Fetch& fetch = fetches_.at(id);
  const auto& running = fetch.race.running();
  const bool left_over =
      end.status == core::TransferStatus::Broken || end.status == core::TransferStatus::BadResponse;
  if (!left_over || !end.reused) return false;
  if (fetch.fresh || running.size() != 1) return false;
  fetch.race = core::AddressRace({running.at(request)}, Duration::zero());
  fetch.fresh = true;
  use_.cancelled(request, clock_.now());
  ask_next_address(id, fetch);
  return true;
}

void HttpSource::attempt_failed(core::FetchId id, core::RequestId request,
                                const core::TransferEnd& end) {
  Fetch& fetch = fetches_.at(id);
  log_lost(fetch.url, end);
  if (ask_over_fresh_connection(id, request, end)) return;
  fetch.race.lost(request, end);
  use_.failed(request, clock_.now());
  use_.cancelled(request, clock_.now());
  if (fetch.race.any_left()) return ask_next_address(id, fetch);
  if (!fetch.race.running().empty()) return;  // another address may still answer
  const core::TransferEnd& verdict = fetch.race.verdict();
  std::string cause =
      verdict.cause.empty() ? "the connection ended before the response" : verdict.cause;
  arrived_at_.reset();
  end_fetch(id, {failure(core::kind_of(verdict.status), verdict.number, std::move(cause))});
}

// ---- ends ---------------------------------------------------------------------------------

// The next fetch looks for another address, and begins at the URL the user gave.
void HttpSource::blame(core::RequestId request) {
  use_.failed(request, clock_.now());
  arrived_at_.reset();
}

void HttpSource::end_fetch(core::FetchId id, core::FetchEnd end) {
  const auto it = fetches_.find(id);
  core::SourceListener& listener = *it->second.listener;
  for (const auto& [request, address] : it->second.race.running()) release(request);
  fetches_.erase(it);
  listener.on_fetch_end(id, end);
}

void HttpSource::abandon(Fetch& fetch) {
  if (fetch.lookup != 0) resolver_.cancel(fetch.lookup);
  if (fetch.drained != 0) forget(fetch.drained);
  for (const auto& [request, address] : fetch.race.running()) forget(request);
  fetch.race.clear();
}

void HttpSource::forget(core::RequestId request) {
  transport_.cancel(request);
  requests_.erase(request);
  use_.cancelled(request, clock_.now());
}

void HttpSource::release(core::RequestId request) {
  const auto it = requests_.find(request);
  if (it != requests_.end()) it->second = kNobody;
}

}  // namespace xget::engine
