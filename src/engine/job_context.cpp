#include "engine/job_context.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"

namespace xget::engine {

void JobContext::note(std::string text) const {
  if (trace != nullptr) trace->note_told(text, ports.clock.now());
  tell(Note{settings.id, std::move(text)});
}

void JobContext::tell_retry(core::MirrorId mirror, const core::Failure& failure,
                            Duration wait) const {
  const std::string url = sources.name(mirror);
  log::info(url + ": " + failure.cause + "; again in " + format_duration(wait));
  if (trace != nullptr) trace->retry_told(url, failure.cause, wait, ports.clock.now());
  tell(Retrying{settings.id, url, failure.cause, std::chrono::ceil<Milliseconds>(wait)});
}

}  // namespace xget::engine
