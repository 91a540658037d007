// MirrorSources: the Sources of one resource, one for each mirror, and whose fetch is whose.
// Thread: loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mirrors.hpp"
#include "core/source.hpp"

namespace xget::engine {

class MirrorSources {
 public:
  MirrorSources();
  ~MirrorSources();
  MirrorSources(const MirrorSources&) = delete;
  MirrorSources& operator=(const MirrorSources&) = delete;

  void add(std::unique_ptr<core::Source> source);  // the next MirrorId's
  [[nodiscard]] core::Source& at(core::MirrorId mirror);
  [[nodiscard]] std::string name(core::MirrorId mirror) const;

  // As of core::Source. An id is unique among all mirrors.
  core::FetchId fetch(core::MirrorId mirror, const core::FetchSpec& spec,
                      core::SourceListener& listener);
  void cancel(core::FetchId id, core::CancelCause cause);
  void resume(core::FetchId id);
  [[nodiscard]] std::optional<core::PathFacts> path(core::FetchId id);

  [[nodiscard]] std::optional<Instant> next_deadline() const;
  void on_time(Instant now);

 private:
  class One;  // a mirror: its Source, and what hears it
  struct Place {
    One* mirror;
    core::FetchId id;  // there
  };

  std::vector<std::unique_ptr<One>> mirrors_;
  std::map<core::FetchId, Place> fetches_;
  core::FetchId next_id_ = 1;
};

}  // namespace xget::engine
