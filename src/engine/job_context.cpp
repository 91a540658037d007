#include "engine/job_context.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"

namespace xget::engine {

void JobContext::note(std::string text) const { tell(Note{settings.id, std::move(text)}); }

void JobContext::tell_retry(const core::Failure& failure, Duration wait) const {
  log::info(source.name() + ": " + failure.cause + "; again in " + format_duration(wait));
  tell(Retrying{settings.id, source.name(), failure.cause, std::chrono::ceil<Milliseconds>(wait)});
}

}  // namespace xget::engine
