#include "engine/job_context.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"

namespace xget::engine {

void JobContext::note(std::string text) const { tell(Note{settings.id, std::move(text)}); }

void JobContext::tell_retry(core::MirrorId mirror, const core::Failure& failure,
                            Duration wait) const {
  const std::string url = sources.name(mirror);
  log::info(url + ": " + failure.cause + "; again in " + format_duration(wait));
  tell(Retrying{settings.id, url, failure.cause, std::chrono::ceil<Milliseconds>(wait)});
}

}  // namespace xget::engine
