// A job and what its server's answers link to (RFC 6249): mirrors, and a Metalink that describes
// the resource.
#include <algorithm>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "engine/job.hpp"
#include "formats/mirror.hpp"
#include "net/url.hpp"

namespace xget::engine {
namespace {

constexpr std::size_t kMostLinkedMirrors = 64;
// With less to come most downloads end before mirrors could help.
constexpr std::uint64_t kWorthDescribing = 4ULL << 20;

}  // namespace

void Job::follow_links(const DownloadPlan& plan) {
  description_.reset();
  const auto& offer = probe_.offer();
  const bool proven = digest_will_tell(plan.version);
  if (!proven) mirrors_.ban_strangers();  // that an answer of another version named
  if (!offer || !plan.version.size) return;
  if (proven) add_linked_mirrors(offer->hints.mirrors, plan);
  begin_description(*offer, plan);
}

// Whatever a mirror gives, in the end it is what somebody else said.
bool Job::digest_will_tell(const core::Representation& version) const {
  const auto& digest = settings_.digest ? settings_.digest : version.digest;
  return core::resists_forgery(digest, settings_.pieces, version.size);
}

// Those that are not there yet.
void Job::add_linked_mirrors(std::vector<core::LinkedMirror> links, const DownloadPlan& plan) {
  if (!links_.make_mirror) return;
  formats::put_first(links, settings_.country);
  std::set<std::string> known;
  for (core::MirrorId id = 0; id < mirrors_.count(); ++id) known.insert(sources_.name(id));
  std::size_t added = 0;
  for (const core::LinkedMirror& link : links) {
    if (linked_mirrors_ == kMostLinkedMirrors) break;
    if (!known.insert(net::without_secrets(link.url)).second) continue;
    auto mirror = links_.make_mirror(link.url, *plan.version.size);
    if (!mirror) continue;
    core::Mirror& added_one = mirrors_.at(add_mirror(*std::move(mirror)));
    added_one.stranger = true;
    if (link.same_tags) added_one.tags_of = plan.mirror;
    ++linked_mirrors_;
    ++added;
  }
  if (added > 0) log::info(context_.url() + " names " + std::to_string(added) + " mirrors");
}

// ---- the Metalink ---------------------------------------------------------------------------

// For a file alone: what goes to a stream is neither compared with mirrors nor checked any more.
void Job::begin_description(const core::Offer& offer, const DownloadPlan& plan) {
  const std::uint64_t size = *plan.version.size;
  const std::uint64_t held = destination_.readable().size();
  const bool pays =
      destination_.file() != nullptr && size - std::min(held, size) >= kWorthDescribing;
  if (!links_.make_description || !pays) return;
  for (const std::string& url : offer.hints.metalinks) {
    auto document = links_.make_description(url, offer.final_url);
    if (!document) continue;
    DescribedResource resource{{context_.sources.name(plan.mirror), offer.final_url}, size, {}};
    if (settings_.digest) resource.digests.push_back(*settings_.digest);
    if (plan.version.digest) resource.digests.push_back(*plan.version.digest);
    description_ = std::make_unique<DescribedBy>(settings_.id, std::move(document), ports_.hashing,
                                                 std::move(resource), offer.final_url);
    log::info(context_.url() + " is described by " + net::without_secrets(url));
    return;
  }
}

void Job::step_description(Instant now) {
  if (description_ && download_->finishing()) description_.reset();
  if (!description_) return;
  description_->on_time(now);
  auto said = description_->take_result();
  if (!said) return;
  description_.reset();
  wake_ = true;
  if (*said) return take_description(**std::move(said));
  log::info("the Metalink of " + context_.url() + " is left aside: " + to_string(said->error()));
}

void Job::take_description(Description description) {
  expect_one_of(description.digests);
  const DownloadPlan& plan = download_->plan();
  if (digest_will_tell(plan.version)) {
    return add_linked_mirrors(std::move(description.mirrors), plan);
  }
  log::info("no digest will tell what the mirrors in its Metalink give: they are not used");
}

// The strongest that this system can compute, if nobody has said any.
void Job::expect_one_of(const std::vector<ExpectedDigest>& digests) {
  if (settings_.digest || download_->version().digest) return;
  for (const ExpectedDigest& digest : digests) {
    if (!destination_.expect(digest, kTheServersMetalink)) continue;
    return download_->expect(digest, kTheServersMetalink);
  }
}

}  // namespace xget::engine
