// What stands at the target, before anybody is asked for the file.
#include <utility>

#include "base/log.hpp"
#include "core/target_policy.hpp"
#include "engine/arrival.hpp"
#include "engine/job_error.hpp"

namespace xget::engine {

void Arrival::begin() {
  if (destination_.named()) return accept();
  stage_ = Stage::Name;
  probe_.ask(whole_unless_unchanged());
}

void Arrival::step_name() {
  if (probe_.unchanged()) return settle_unchanged();
  if (probe_.refused()) return refresh(core::Failure(*probe_.refused()));
  if (probe_.failure()) return settled(refusal(*probe_.failure()));
  if (!probe_.offer()) return;
  if (auto named = destination_.take_name(probe_.offer()->hints.file_name); !named) {
    return settled(std::move(named.error()));
  }
  accept();
}

void Arrival::accept() {
  if (auto opened = destination_.open(); !opened) return settled(std::move(opened.error()));
  if (destination_.target() == nullptr) return ask(whole_unless_unchanged());
  auto existing = destination_.target()->existing();
  if (!existing) return settled(std::move(existing.error()));
  existing_ = *existing;
  accept_existing();
}

void Arrival::leave_name(Error error) {
  const std::string path = destination_.path();
  if (!destination_.take_next_name()) return settled(std::move(error));
  log::info(path + ": " + error.cause + "; trying " + destination_.path());
  running_.reset();
  existing_.reset();
  existing_digest_.reset();
  sampled_file_.reset();
  partial_.reset();  // and its lock
  samples_disagreed_ = false;
  stage_ = Stage::Accept;
  job_.wake();
}

void Arrival::accept_existing() {
  const auto mark = existing_ ? destination_.target()->existing_mark() : std::nullopt;
  const core::ExistingFacts facts{.exists = existing_.has_value(),
                                  .has_origin_mark = mark.has_value(),
                                  .finished_from_here = mark && is_settled_by(*mark)};
  switch (core::decide_before_request(facts, wishes())) {
    case core::BeforeRequest::GoOn: return replace_existing();
    case core::BeforeRequest::Skip:
      return settled(AlreadyThere{
          mark->validators.strong() ? Proof::StrongValidator : Proof::None,
          "it was finished from this URL, and has the size and the time that it had then; nobody "
          "was asked (--checksum proves the bytes)",
          existing_->size});
    case core::BeforeRequest::LeaveIt:
      return settled(
          AlreadyThere{Proof::None, "it was there before and was left alone", existing_->size});
    case core::BeforeRequest::CheckDigest: return hash_existing();
    case core::BeforeRequest::AskServer: return ask_whether_changed(mark);
    case core::BeforeRequest::Refuse:
      return leave_name(exists_error("it exists, and nothing shows that it is the wanted file",
                                     WayOn::ResumeOrChecksum));
  }
}

core::TargetWishes Arrival::wishes() const {
  const JobSettings& settings = job_.settings;
  return {.existing = settings.existing,
          .resume = settings.resume,
          .digest_given = settings.digest.has_value(),
          .skip_existing = settings.skip_existing};
}

// That it is what this job is to fetch, without asking anybody.
bool Arrival::is_settled_by(const store::OriginMark& mark) const {
  const JobSettings& settings = job_.settings;
  const bool wanted_size = !settings.size || *settings.size == mark.size;
  const bool proven = !settings.strict || mark.validators.strong();
  if (mark.url_digest.empty() || settings.pieces || !wanted_size || !proven) return false;
  for (core::MirrorId mirror = 0; mirror < job_.mirrors.count(); ++mirror) {
    if (store::digest_of_url(job_.sources.name(mirror)) == mark.url_digest) return true;
  }
  return false;
}

core::FetchSpec Arrival::whole_unless_unchanged() const {
  core::FetchSpec spec = whole_resource();
  spec.unless_tagged = job_.settings.unless_tagged;
  return spec;
}

// An answer that is there already is asked for no second time.
void Arrival::ask_whether_changed(const std::optional<store::OriginMark>& mark) {
  core::FetchSpec spec = whole_unless_unchanged();
  if (mark && mark->validators.strong()) spec.unless = mark->validators;
  ask(std::move(spec));
}

// FILE stays until the download is whole.
void Arrival::replace_existing() {
  existing_.reset();
  accept_partial();
}

void Arrival::hash_existing() {
  probe_.drop();  // no server waits that long
  auto opened = destination_.target()->open_existing();
  if (!opened) return settled(std::move(opened.error()));
  auto hashing = store::FrontDigest::create(*std::move(opened), job_.ports.hashing,
                                            job_.settings.digest->algorithm);
  if (!hashing) return settled(std::move(hashing.error()));
  stage_ = Stage::HashExisting;
  existing_hashing_ = *std::move(hashing);
  existing_hashing_->advance(existing_->size);
  existing_hashing_->finish(existing_->size, [this](Result<std::string> digest) {
    existing_digest_ = std::move(digest);
    job_.wake();
  });
}

void Arrival::step_hash_existing(Instant now) {
  if (!existing_digest_) return;
  existing_hashing_.reset();
  job_.mirrors.begin_waiting(now);
  if (!*existing_digest_) return settled(existing_digest_->error());
  if (**existing_digest_ == job_.settings.digest->hex) {
    clear_behind_duplicate();
    return settled(AlreadyThere{Proof::Digest, "it matches the given digest", existing_->size,
                                existing_, to_string(*job_.settings.digest)});
  }
  if (job_.settings.resume == Resume::Adopt) return ask(whole_resource());
  const Existing existing = job_.settings.existing;
  if (existing == Existing::Overwrite || existing == Existing::Update) return replace_existing();
  leave_name(
      exists_error("it exists, and its digest is another one than the given", WayOn::Resume));
}

// A crash may have come between the name of a duplicate and the end of the partial that it made
// worthless.
void Arrival::clear_behind_duplicate() {
  if (job_.settings.content().empty()) return;
  auto partial = destination_.target()->open_partial();
  if (!partial || !*partial) return;  // what cannot be looked at stays
  partial_ = *std::move(partial);
  if (claimed_bytes() == 0 || partial_is_ours()) {
    if (auto gone = destination_.target()->discard_partial(); !gone) {
      log::info(to_string(gone.error()));
    }
  }
  partial_.reset();
}

void Arrival::accept_partial() {
  store::Target& target = *destination_.target();
  auto partial = target.open_partial();
  if (!partial && partial.error().code == ErrorCode::Busy) {
    return leave_name(std::move(partial.error()));
  }
  if (!partial) return settled(std::move(partial.error()));
  partial_ = *std::move(partial);
  // An empty one is what a run leaves that ends, or loses its race, before the first byte.
  const bool nothing_in_it = partial_ && partial_->size == 0 && !partial_->sidecar;
  if (partial_ && (job_.settings.resume == Resume::Never || nothing_in_it)) {
    if (auto done = target.discard_partial(); !done) return settled(std::move(done.error()));
    partial_.reset();  // and its lock
  }
  if (auto original = usable_original()) {
    probe_.drop();
    return settled(MakeDuplicate{*std::move(original), partial_.has_value()});
  }
  ask_for_the_rest();
}

// Whatever the server would be refused for is for the download to find out.
std::optional<core::Original> Arrival::usable_original() const {
  const std::string content = job_.settings.content();
  if (content.empty() || job_.ports.originals == nullptr) return std::nullopt;
  auto original = job_.ports.originals->find(content);
  if (!original || refuse_size({.size = original->info.size})) return std::nullopt;
  if (claimed_bytes() > 0 && !partial_is_ours()) return std::nullopt;
  return original;
}

void Arrival::fetch_instead(Instant now) {
  job_.mirrors.begin_waiting(now);
  ask_for_the_rest();
}

void Arrival::ask_for_the_rest() {
  if (!partial_) return ask(whole_unless_unchanged());
  if (!partial_->sidecar) return ask(whole_resource());
  const auto gap = partial_->sidecar->claimed().next_gap(0, partial_->sidecar->size);
  if (!gap && partial_is_ours()) {  // whole already: only the checks and the rename are missing
    probe_.drop();
    if (auto refusal = refuse_size(recorded())) return settled(*std::move(refusal));
    if (auto refusal = refuse_unproven(recorded())) return settled(*std::move(refusal));
    return resume(recorded(), false);
  }
  ask({{gap ? gap->begin : 0, kUnknownEnd}, recorded()});
}

}  // namespace xget::engine
