#include "core/addresses.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr Duration kAttemptDelay = std::chrono::milliseconds(250);  // RFC 8305 section 5
constexpr Duration kLongestDelay = std::chrono::seconds(5);
constexpr double kRememberedTime = 10;  // seconds of a connection
constexpr double kOnTrial = 1000;       // one request at a time, while others can be asked
constexpr int kFailuresUntilUnheard = 3;

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

// RFC 8305 section 4: the families take turns, the first one's family first.
std::vector<std::string> interleave_families(const std::vector<std::string>& addresses) {
  std::array<std::vector<std::string>, 2> families;
  for (const std::string& address : addresses) {
    families[is_v6(address) == is_v6(addresses.front()) ? 0 : 1].push_back(address);
  }
  std::vector<std::string> turns;
  for (std::size_t i = 0; turns.size() < addresses.size(); ++i) {
    for (auto& family : families) {
      if (i < family.size()) turns.push_back(std::move(family[i]));
    }
  }
  return turns;
}

bool same_version(const Representation& known, const Representation& other) {
  const bool sizes_differ = known.size && other.size && *known.size != *other.size;
  return !sizes_differ &&
         compare_versions(known.validators, other.validators) != VersionMatch::Different;
}

// What one machine may say though the others know better.
enum class Word {
  Trouble,  // it has some now, whatever it said before
  Claim,    // of the resource: who has served it is believed
  Final,    // not for another address to judge
};
Word word_of(FailureKind answer) {
  switch (answer) {
    case FailureKind::ServerError:
    case FailureKind::NotFound:
    case FailureKind::Denied: return Word::Trouble;
    case FailureKind::Busy:
    case FailureKind::OtherVersion:
    case FailureKind::NoRanges:
    case FailureKind::BadRange:
    case FailureKind::Unsatisfiable:
    case FailureKind::Coded:
    case FailureKind::BadRedirect:
    case FailureKind::BadResponse:
    case FailureKind::WrongSize: return Word::Claim;
    default: return Word::Final;
  }
}

}  // namespace

// ---- the name -----------------------------------------------------------------------------

void Addresses::resolved(const std::vector<std::string>& addresses) {
  settled_ = true;
  if (addresses == resolved_) return;
  resolved_ = addresses;
  const std::string last = last_ ? addresses_[*last_].text : "";
  std::vector<Address> before = std::exchange(addresses_, {});
  const auto known = std::exchange(ids_, {});
  for (std::string& text : interleave_families(addresses)) {
    const auto found = known.find(text);
    Address address = found != known.end() ? before[found->second] : Address{};
    address.text = std::move(text);
    address.served = address.served && address.listed;  // what came meanwhile was not heard
    address.listed = true;
    add(std::move(address));
  }
  for (Address& address : before) {
    address.listed = false;
    if (address.under_way > 0) add(std::move(address));
  }
  index();
  last_ = ids_.contains(last) ? std::optional(find(last)) : std::nullopt;
}

// The first of each is the one.
void Addresses::add(Address address) {
  if (!ids_.emplace(address.text, addresses_.size()).second) return;
  addresses_.push_back(std::move(address));
}

// ---- the sets they are found by -----------------------------------------------------------

void Addresses::index() {
  ready_ = {};
  resting_.clear();
  kept_.clear();
  served_.clear();
  out_of_step_.clear();
  rates_ = 0;
  measured_ = 0;
  for (Id id = 0; id < addresses_.size(); ++id) enter(id);
}

template <typename Change>
void Addresses::change(Id id, Change how) {
  leave(id);
  how(addresses_[id]);
  enter(id);
}

void Addresses::enter(Id id) {
  Address& address = addresses_[id];
  if (!address.listed) return;
  if (address.served) served_.insert(id);
  if (address.rest == Rest::OutOfStep) out_of_step_.insert(id);
  const bool rests = address.rest != Rest::None;
  if (address.kept > 0 && (!rests || address.rest == Rest::Full)) {
    kept_.insert({address.kept_at, id});
  }
  if (rests) {
    resting_.insert({address.back_at, id});
    return;
  }
  if (address.seconds >= kFairTime) {
    rates_ += address.bytes / address.seconds;
    ++measured_;
  }
  address.load = load_of(address);
  ready_of(address).insert({address.load, id});
}

void Addresses::leave(Id id) {
  Address& address = addresses_[id];
  if (!address.listed) return;
  served_.erase(id);
  out_of_step_.erase(id);
  kept_.erase({address.kept_at, id});
  resting_.erase({address.back_at, id});
  if (ready_of(address).erase({address.load, id}) == 0 || address.seconds < kFairTime) return;
  rates_ = --measured_ == 0 ? 0 : rates_ - address.bytes / address.seconds;
}

Addresses::Ready& Addresses::ready_of(const Address& address) {
  return ready_[is_v6(address.text) ? 1 : 0];
}

double Addresses::load_of(const Address& address) const {
  double load = address.under_way + 1;
  if (address.seconds >= kFairTime) {
    const double rate = std::max(address.bytes / address.seconds, 1.0);
    load *= std::clamp(rates_ / measured_ / rate, kFarLess, 1 / kFarLess);
  }
  return !address.answers && address.under_way > 0 ? load + kOnTrial : load;
}

double Addresses::mean_rate_but(const Address& address) const {
  const bool counted = address.seconds >= kFairTime && address.rest == Rest::None;
  const int others = measured_ - (counted ? 1 : 0);
  if (others < 1) return 0;
  return (rates_ - (counted ? address.bytes / address.seconds : 0)) / others;
}

void Addresses::put_to_rest(Id id, Rest why, Duration length, Instant now) {
  change(id, [&](Address& address) {
    address.rest = why;
    address.back_at = now + length;
    if (why == Rest::Full) return;
    address.kept = 0;
    address.bytes = address.seconds = 0;
  });
}

void Addresses::wake_up(Instant now) {
  while (!resting_.empty() && resting_.begin()->first <= now) {
    change(resting_.begin()->second, [](Address& address) { address.rest = Rest::None; });
  }
}

void Addresses::forget_closed(Instant now) {
  while (!kept_.empty() && now - kept_.begin()->first >= kKeptFor) {
    change(kept_.begin()->second, [](Address& address) { address.kept = 0; });
  }
}

// ---- whom to ask --------------------------------------------------------------------------

std::vector<std::string> Addresses::next(bool told_apart, Instant now) {
  wake_up(now);
  forget_closed(now);
  std::vector<Id> order;
  if (const auto same = told_apart ? std::nullopt : first_that_served()) {
    order = {*same};
  } else {
    const auto chosen = choose();
    order = by_load();
    if (chosen) {
      order.erase(std::remove(order.begin(), order.end(), *chosen), order.end());
      order.insert(order.begin(), *chosen);
    }
  }
  if (order.empty()) order = by_end_of_rest();
  return texts_of(order);
}

std::vector<std::string> Addresses::texts_of(const std::vector<Id>& ids) const {
  std::vector<std::string> texts;
  for (const Id id : ids) {
    if (texts.size() < kMostRaced) texts.push_back(addresses_[id].text);
  }
  return texts;
}

std::optional<Addresses::Id> Addresses::choose() const {
  if (!kept_.empty()) return kept_.rbegin()->second;
  if (under_way_ == 0 && last_ && free(*last_)) return last_;
  if (const auto spread = least_loaded(true)) return spread;
  return least_loaded(false);
}

std::optional<Addresses::Id> Addresses::first_that_served() const {
  const auto first =
      std::find_if(served_.begin(), served_.end(), [this](Id id) { return free(id); });
  return first == served_.end() ? std::nullopt : std::optional(*first);
}

bool Addresses::free(Id id) const {
  return addresses_[id].listed && addresses_[id].rest == Rest::None;
}

std::optional<Addresses::Id> Addresses::least_loaded(bool connected_families) const {
  std::optional<std::pair<double, Id>> best;
  for (std::size_t family = 0; family < ready_.size(); ++family) {
    if (ready_[family].empty() || (connected_families && !connected_[family])) continue;
    if (!best || *ready_[family].begin() < *best) best = *ready_[family].begin();
  }
  return best ? std::optional(best->second) : std::nullopt;
}

// Of both families, which take turns where nothing else is known.
std::vector<Addresses::Id> Addresses::by_load() const {
  std::vector<std::pair<double, Id>> all;
  for (const Ready& family : ready_) {
    auto it = family.begin();
    for (std::size_t i = 0; i <= kMostRaced && it != family.end(); ++i) all.push_back(*it++);
  }
  std::sort(all.begin(), all.end());
  std::vector<Id> ids(all.size());
  std::transform(all.begin(), all.end(), ids.begin(), [](const auto& one) { return one.second; });
  return ids;
}

std::vector<Addresses::Id> Addresses::by_end_of_rest() const {
  std::vector<Id> ids;
  for (auto it = resting_.begin(); it != resting_.end() && ids.size() < kMostRaced; ++it) {
    ids.push_back(it->second);
  }
  return ids;
}

Duration Addresses::interval() const {
  return std::clamp(2 * longest_answer_, kAttemptDelay, kLongestDelay);
}

bool Addresses::is_current(const Representation* expected) const {
  return version_ && (expected == nullptr || same_version(*version_, *expected));
}

bool Addresses::has_served(const std::string& address) const {
  return addresses_[find(address)].served;
}

std::vector<std::string> Addresses::second_opinion(const std::string& address, FailureKind answer,
                                                   const Representation* expected) const {
  const Word word = word_of(answer);
  const bool current = is_current(expected);
  const Id id = find(address);
  if (word == Word::Final || (word == Word::Claim && current && addresses_[id].served)) return {};
  std::vector<Id> others;
  for (auto it = served_.begin(); current && it != served_.end() && others.size() <= kMostRaced;) {
    others.push_back(*it++);
  }
  // Nobody has served what an earlier run began: one more word is worth a request.
  if (others.empty() && shows_change(answer)) others = by_load();
  others.erase(std::remove(others.begin(), others.end(), id), others.end());
  return texts_of(others);
}

// ---- what came of it ----------------------------------------------------------------------

void Addresses::started(const std::string& address) {
  ++under_way_;
  if (!ids_.contains(address)) add({.text = address, .listed = false});  // since it was given
  change(find(address), [](Address& it) {
    ++it.under_way;
    it.kept = std::max(0, it.kept - 1);
  });
}

void Addresses::answered(const std::string& address, Duration after) {
  longest_answer_ = std::max(longest_answer_, after);
  last_ = find(address);
  connected_[is_v6(address) ? 1 : 0] = true;
  change(*last_, [](Address& it) {
    ++it.receiving;
    it.answers = true;
  });
}

std::optional<Duration> Addresses::delivered(const std::string& address, std::uint64_t bytes,
                                             Duration time, Instant now) {
  const Id id = find(address);
  if (addresses_[id].rest > Rest::Full) return std::nullopt;
  change(id, [&](Address& it) {
    it.bytes += static_cast<double>(bytes);
    it.seconds += to_seconds(time);
    if (it.seconds <= kRememberedTime) return;
    it.bytes /= 2;
    it.seconds /= 2;
  });
  Address& it = addresses_[id];
  if (it.seconds < kFairTime) return std::nullopt;
  if (it.bytes / it.seconds >= kFarLess * mean_rate_but(it)) {
    if (it.seconds >= 2 * kFairTime) it.slow_times = 0;
    return std::nullopt;
  }
  const Duration length = doubled(kFirstRest, it.slow_times++, kLongestRest);
  put_to_rest(id, Rest::Slow, length, now);
  return length;
}

void Addresses::served(const std::string& address, const Representation& representation) {
  if (!is_current(&representation)) begin_version(representation);
  change(find(address), [](Address& it) { it.served = true; });
}

// Whoever did not agree about the one before may agree about this one.
void Addresses::begin_version(const Representation& representation) {
  version_ = representation;
  for (const Id id : std::exchange(served_, {})) addresses_[id].served = false;
  for (const Id id : std::set(out_of_step_)) {
    change(id, [](Address& address) { address.rest = Rest::None; });
  }
}

void Addresses::ended(const std::string& address, bool answered, RequestEnd how, Instant now) {
  --under_way_;
  change(find(address), [&](Address& it) {
    --it.under_way;
    if (answered) --it.receiving;
    if (how != RequestEnd::Lost) it.failures = 0;
    if (how != RequestEnd::Kept) return;
    ++it.kept;
    it.kept_at = now;
  });
}

Duration Addresses::failed(const std::string& address, bool answered, Instant now) {
  settled_ = false;
  const Id id = find(address);
  Address& it = addresses_[id];
  const Duration length = doubled(kFirstRest, it.failures++, kLongestRest);
  // One connection too many, it may be; what this one did says little of the others.
  if (it.receiving > (answered ? 1 : 0)) {
    put_to_rest(id, Rest::Full, length, now);
    return length;
  }
  change(id, [this](Address& lost) {
    lost.answers = false;
    if (served_.size() > 1 || lost.failures >= kFailuresUntilUnheard) lost.served = false;
  });
  put_to_rest(id, Rest::Failed, length, now);
  return length;
}

Duration Addresses::doubted(const std::string& address, FailureKind answer, bool answered,
                            Instant now) {
  const bool passing = word_of(answer) == Word::Trouble || answer == FailureKind::Busy;
  if (passing) return failed(address, answered, now);
  put_to_rest(find(address), Rest::OutOfStep, kRestOutOfStep, now);
  return kRestOutOfStep;
}

bool Addresses::shows_change(FailureKind answer) {
  return answer == FailureKind::OtherVersion || answer == FailureKind::Unsatisfiable;
}

}  // namespace xget::core
