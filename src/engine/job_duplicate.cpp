// A job whose bytes another file of the session has already: its own is made from that one. And
// what such jobs leave for each other.
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/job.hpp"
#include "engine/proof.hpp"

namespace xget::engine {

void Job::leave_original(const std::optional<core::FileInfo>& file) {
  const std::string content = settings_.content();
  if (content.empty() || ports_.originals == nullptr || !file || file->size == 0) return;
  ports_.originals->remember(content, {destination_.path(), *file});
  left_original_ = true;
}

void Job::act_on(MakeDuplicate outcome, Instant) {
  stage_ = Stage::Duplicate;
  duplicating_ = std::move(outcome);
  duplicated_.reset();
  duplicate_ = destination_.duplicate(duplicating_->original, duplicating_->partial,
                                      [this](store::DuplicateOutcome ended) {
                                        duplicated_ = std::move(ended);
                                        wake_ = true;
                                      });
}

void Job::step_duplicate(Instant now) {
  if (!duplicated_) return;
  store::DuplicateOutcome outcome = *std::exchange(duplicated_, std::nullopt);
  duplicate_.reset();
  stage_ = Stage::Arrive;
  wake_ = true;
  if (auto* error = std::get_if<Error>(&outcome)) return cannot_have(std::move(*error));
  if (const auto* none = std::get_if<store::NoDuplicate>(&outcome))
    return fetch_instead(*none, now);
  end_as(std::get<store::Duplicated>(outcome));
}

void Job::end_as(const store::Duplicated& made) {
  destination_.take_final_name(made.final_name);
  if (duplicating_->partial) {  // of an earlier run: no byte of it is wanted any more
    if (auto gone = destination_.target()->discard_partial(); !gone) {
      context_.note(to_string(gone.error()));
    }
  }
  drop_what_was_set_aside();
  if (!made.why_copied.empty()) say_that_it_was_copied(made.why_copied);
  left_original_ = true;
  end();
  const core::Original& original = duplicating_->original;
  ProofInWords proof = prove_duplicate(settings_, original, made.as);
  log::info("finished " + destination_.path() + " from " + original.path + ": " + proof.rests_on);
  context_.tell(Finished{.job = settings_.id,
                         .path = destination_.path(),
                         .size = original.info.size,
                         .received = received_before_,
                         .proof = proof.proof,
                         .rests_on = std::move(proof.rests_on),
                         .digest = std::move(proof.digest),
                         .made_from = MadeFrom{original.path, made.as}});
}

// Nobody need hear of it for each of a thousand files.
void Job::say_that_it_was_copied(const std::string& why) {
  const bool reflink = settings_.dedupe == Dedupe::Reflink;
  const std::string text =
      destination_.path() +
      (reflink ? " is a copy that shares no room: " : " is a copy, and no link: ") + why;
  if (reflink && ports_.originals->first_to_say_so()) return context_.note(text);
  log::info(text);
}

// The first that comes here fetches it anew, and others are made from that.
void Job::fetch_instead(const store::NoDuplicate& none, Instant now) {
  log::info(destination_.path() + " is downloaded: " + none.why);
  ports_.originals->forget(settings_.content());
  arrival_.fetch_instead(now);
}

}  // namespace xget::engine
