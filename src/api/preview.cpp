// What can be told of a job before it is added to a session.
#include <utility>

#include "api/choose_target.hpp"
#include "api/metalink_request.hpp"
#include "formats/metalink.hpp"
#include "net/url.hpp"
#include "xget/session.hpp"

namespace xget {

bool is_metalink(const JobSpec& spec) {
  if (spec.metalink != MetalinkUse::Detect) return spec.metalink == MetalinkUse::Always;
  // Who calls the file so wants the Metalink itself.
  if (formats::is_metalink_name(spec.output)) return false;
  if (formats::is_metalink_name(spec.url) && api::is_local_metalink(spec)) return true;
  const auto url = net::parse_url(spec.url);
  return url && formats::is_metalink_name(url->path);
}

Result<std::string> target_path(const JobSpec& spec) {
  const auto url = net::parse_url(spec.url);
  if (!url) return fail(url.error());
  auto target = api::choose_target(spec, *url);
  if (!target) return fail(std::move(target.error()));
  return std::move(target->path);
}

}  // namespace xget
