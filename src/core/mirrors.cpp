#include "core/mirrors.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {

namespace {

bool may_help(const Mirror& mirror) {
  return !mirror.hopeless && mirror.standing != Standing::Unfit;
}

}  // namespace

MirrorId Mirrors::add(RetryLimits limits, std::unique_ptr<ConnectionPolicy> policy, Instant now) {
  mirrors_.emplace_back(limits, std::move(policy), now);
  comparable_.insert(mirrors_.size() - 1);
  return mirrors_.size() - 1;
}

std::optional<Mirrors::Turn> Mirrors::next_turn(Instant now) const {
  std::optional<Turn> soonest;
  for (MirrorId id = 0; id < mirrors_.size(); ++id) {
    const Mirror& mirror = mirrors_[id];
    if (!may_help(mirror)) continue;
    const Instant at = mirror.standing == Standing::Resting ? mirror.back_at : now;
    if (!soonest || at < soonest->at) soonest = Turn{id, at};
    if (soonest->at <= now) break;
  }
  return soonest;
}

template <typename Condition>
bool Mirrors::any_other(MirrorId id, Condition condition) const {
  for (MirrorId other = 0; other < mirrors_.size(); ++other) {
    if (other != id && may_help(mirrors_[other]) && condition(mirrors_[other])) return true;
  }
  return false;
}

bool Mirrors::others_may_be_asked(MirrorId id, Instant now) const {
  return any_other(id, [now](const Mirror& mirror) {
    return mirror.standing != Standing::Resting || mirror.back_at <= now;
  });
}

bool Mirrors::others_left(MirrorId id) const {
  return any_other(id, [](const Mirror&) { return true; });
}

bool Mirrors::others_ready(MirrorId id) const {
  return std::any_of(ready_.begin(), ready_.end(), [id](MirrorId other) { return other != id; });
}

std::optional<MirrorId> Mirrors::next_to_compare(Instant now) {
  while (!resting_.empty() && resting_.begin()->first <= now) {
    comparable_.insert(resting_.extract(resting_.begin()).value().second);
  }
  return comparable_.empty() ? std::nullopt : std::optional(*comparable_.begin());
}

void Mirrors::begin_comparing(MirrorId id) { enter(id, Standing::Compared); }

void Mirrors::end_comparing(MirrorId id) {
  if (mirrors_[id].standing == Standing::Compared) enter(id, Standing::Unknown);
}

void Mirrors::admit(MirrorId id) {
  mirrors_[id].hopeless = false;
  mirrors_[id].silences = 0;
  enter(id, Standing::Ready);
}

void Mirrors::rest(MirrorId id, Duration at_least, Instant now) {
  const Duration usual = doubled(kFirstRest, mirrors_[id].rests++, kLongestRest);
  rest_until(id, now + std::max(at_least, usual));
}

void Mirrors::rest_until(MirrorId id, Instant back_at) {
  enter(id, Standing::Unknown);  // with the end of any rest before
  mirrors_[id].back_at = back_at;
  enter(id, Standing::Resting);
}

void Mirrors::doubt(MirrorId id) {
  if (mirrors_[id].standing == Standing::Ready) enter(id, Standing::Unknown);
}

void Mirrors::expel(MirrorId id) { enter(id, Standing::Unfit); }

// Leaves the places of its standing until now for that of the new one.
void Mirrors::enter(MirrorId id, Standing standing) {
  Mirror& mirror = mirrors_[id];
  ready_.erase(std::remove(ready_.begin(), ready_.end(), id), ready_.end());
  comparable_.erase(id);
  resting_.erase({mirror.back_at, id});
  if (mirror.standing == Standing::Compared) --compared_;
  mirror.standing = standing;
  switch (standing) {
    case Standing::Unknown: comparable_.insert(id); break;
    case Standing::Compared: ++compared_; break;
    case Standing::Ready:
      ready_.insert(std::upper_bound(ready_.begin(), ready_.end(), id), id);
      break;
    case Standing::Resting: resting_.insert({mirror.back_at, id}); break;
    case Standing::Unfit: break;
  }
}

void Mirrors::ban(MirrorId id) {
  expel(id);
  mirrors_[id].banned = true;
}

void Mirrors::ban_strangers() {
  for (MirrorId id = 0; id < mirrors_.size(); ++id) {
    if (mirrors_[id].stranger) ban(id);
  }
}

void Mirrors::forgive() {
  for (MirrorId id = 0; id < mirrors_.size(); ++id) {
    const bool unfit = mirrors_[id].standing == Standing::Unfit && !mirrors_[id].banned;
    if (unfit) enter(id, Standing::Unknown);
  }
}

void Mirrors::forget_version() {
  for (MirrorId id = 0; id < mirrors_.size(); ++id) {
    const bool stays = mirrors_[id].banned || mirrors_[id].standing == Standing::Resting;
    if (!stays) enter(id, Standing::Unknown);
  }
}

void Mirrors::begin_waiting(Instant now) {
  for (Mirror& mirror : mirrors_) mirror.retry.begin_waiting(now);
}

void Mirrors::on_progress(MirrorId id, std::uint64_t bytes, Instant now) {
  mirrors_[id].retry.on_progress(bytes, now);
  if (mirrors_[id].retry.deadline() >= deadline()) progressed_ = id;
}

std::optional<Instant> Mirrors::deadline() const { return mirrors_[progressed_].retry.deadline(); }

bool Mirrors::past_deadline(Instant now) const {
  const auto end = deadline();
  return end && now >= *end;
}

}  // namespace xget::core
