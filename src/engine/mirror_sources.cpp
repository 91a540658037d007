#include "engine/mirror_sources.hpp"

#include <utility>

namespace xget::engine {

// Hands on what its Source says, under the ids that were given out for it.
class MirrorSources::One final : public core::SourceListener {
 public:
  One(MirrorSources& all, std::unique_ptr<core::Source> source)
      : all_(all), source_(std::move(source)) {}

  [[nodiscard]] core::Source& source() { return *source_; }
  [[nodiscard]] bool busy() const { return !fetches_.empty(); }

  core::FetchId fetch(const core::FetchSpec& spec, core::FetchId id,
                      core::SourceListener& listener) {
    const core::FetchId inner = source_->fetch(spec, *this);
    fetches_[inner] = {id, &listener};
    return inner;
  }
  void cancel(core::FetchId inner, core::CancelCause cause) {
    fetches_.erase(inner);
    source_->cancel(inner, cause);
  }

  bool on_offer(core::FetchId inner, const core::Offer& offer) override {
    const Outer outer = fetches_.at(inner);
    const bool wanted = outer.listener->on_offer(outer.id, offer);
    if (!wanted) forget(inner);
    return wanted;
  }
  core::Flow on_bytes(core::FetchId inner, std::span<const std::byte> bytes) override {
    const Outer outer = fetches_.at(inner);
    const core::Flow flow = outer.listener->on_bytes(outer.id, bytes);
    if (flow == core::Flow::Stop) forget(inner);
    return flow;
  }
  void on_fetch_end(core::FetchId inner, const core::FetchEnd& end) override {
    const Outer outer = fetches_.at(inner);
    forget(inner);
    outer.listener->on_fetch_end(outer.id, end);
  }

 private:
  struct Outer {
    core::FetchId id;
    core::SourceListener* listener;
  };

  void forget(core::FetchId inner) {
    const auto it = fetches_.find(inner);
    if (it == fetches_.end()) return;  // cancelled meanwhile
    all_.fetches_.erase(it->second.id);
    fetches_.erase(it);
  }

  MirrorSources& all_;
  std::map<core::FetchId, Outer> fetches_;
  std::unique_ptr<core::Source> source_;  // goes first
};

MirrorSources::MirrorSources() = default;
MirrorSources::~MirrorSources() = default;

void MirrorSources::add(std::unique_ptr<core::Source> source) {
  mirrors_.push_back(std::make_unique<One>(*this, std::move(source)));
}

core::Source& MirrorSources::at(core::MirrorId mirror) { return mirrors_.at(mirror)->source(); }

std::string MirrorSources::name(core::MirrorId mirror) const {
  return mirrors_.at(mirror)->source().name();
}

core::FetchId MirrorSources::fetch(core::MirrorId mirror, const core::FetchSpec& spec,
                                   core::SourceListener& listener) {
  const core::FetchId id = next_id_++;
  One& one = *mirrors_.at(mirror);
  fetches_[id] = {&one, one.fetch(spec, id, listener)};
  return id;
}

void MirrorSources::cancel(core::FetchId id, core::CancelCause cause) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end()) return;
  const Place place = it->second;
  fetches_.erase(it);
  place.mirror->cancel(place.id, cause);
}

void MirrorSources::resume(core::FetchId id) {
  const auto it = fetches_.find(id);
  if (it != fetches_.end()) it->second.mirror->source().resume(it->second.id);
}

std::optional<core::PathFacts> MirrorSources::path(core::FetchId id) {
  const auto it = fetches_.find(id);
  return it == fetches_.end() ? std::nullopt : it->second.mirror->source().path(it->second.id);
}

std::optional<Instant> MirrorSources::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& mirror : mirrors_) {
    if (mirror->busy()) next = earliest(next, mirror->source().next_deadline());
  }
  return next;
}

void MirrorSources::on_time(Instant now) {
  for (const auto& mirror : mirrors_) {
    if (mirror->busy()) mirror->source().on_time(now);
  }
}

}  // namespace xget::engine
