#include "sim/trial.hpp"

#include <cerrno>

#include "sim/oracle.hpp"
#include "sim/run.hpp"
#include "sim/universe.hpp"

namespace xget::sim {
namespace {

class Trial {
 public:
  Trial(std::uint64_t seed, bool print_trace) : universe_(seed) {
    universe_.world.print_trace(print_trace);
  }

  TrialResult run() {
    for (const RunPlan& plan : universe_.scenario.runs) {
      if (!go_on(plan)) return end();
    }
    universe_.heal();
    last_run();
    return end();
  }

 private:
  // One run as planned. False: the trial is over, by success or by a violation.
  bool go_on(const RunPlan& plan) {
    const RunOutcome outcome = run_once(plan.outage);
    if (result_.violation) return false;
    if (outcome.finished) {
      check_success(outcome);
      return false;
    }
    if (outcome.died) suffer(plan.outage.kind);
    if (result_.violation || !result_.failure.empty()) return false;
    if (plan.tampering_afterwards != Tampering::Nothing) meddled_ = true;
    universe_.tamper(plan.tampering_afterwards);
    universe_.pause(plan.pause_afterwards);
    return true;
  }

  void last_run() {
    const bool target_stood_there = universe_.disk.content(kTarget) != nullptr;
    const RunOutcome outcome = run_once({});
    if (result_.violation) return;
    if (outcome.finished) return check_success(outcome);
    const Error& error = outcome.failed->error;
    result_.failure = to_string(error);
    result_.failure_kind = to_string(error.code);
    if (!may_fail(error, target_stood_there))
      fail("all is well, and yet: " + result_.failure, false);
  }

  RunOutcome run_once(const Outage& outage) {
    ++result_.runs;
    const std::uint64_t inode = universe_.disk.inode(kTarget);
    RunOutcome outcome = run_process(universe_, outage);
    if (outcome.stuck) {
      fail("never ends: " + *outcome.stuck, false);
    } else if (outcome.failed && !may_touch_target() && universe_.disk.inode(kTarget) != inode) {
      fail("failed, and yet the file under the final name is another: " +
           to_string(outcome.failed->error));
    } else {
      check_disk("after a run");
      if (auto wrong = check_stream(outcome.streamed, universe_.resource)) fail(*wrong);
    }
    return outcome;
  }

  // A failing run leaves FILE alone, unless it was asked to go on with it as a partial, or the disk
  // failed after the last rename.
  [[nodiscard]] bool may_touch_target() const {
    const Scenario& scenario = universe_.scenario;
    return scenario.disk.name_fails > 0 || scenario.job.resume == Resume::Adopt;
  }

  // The disk survives the process; what it keeps of what was not synced is up to the dice.
  void suffer(OutageKind kind) {
    ++result_.deaths;
    if (kind != OutageKind::PowerCut) return;
    universe_.world.trace("the power is cut");
    power_was_cut_ = true;
    universe_.disk.power_cut(universe_.world.dice());
    // What a disk loses after it called it safe, nobody can keep. If that was FILE, there is
    // nothing left to judge.
    if (!universe_.disk_is_honest() && check_target()) {
      result_.failure = "the disk lost what it had called safe";
      result_.failure_kind = "lying disk";
      return;
    }
    check_disk("after a power cut");
  }

  void check_disk(const char* when) {
    if (auto wrong = check_target()) fail(std::string(when) + ": " + *wrong);
    if (!universe_.disk_is_honest() || meddled_) return;
    if (auto wrong = check_claims(universe_.disk)) fail(std::string(when) + ": " + *wrong);
  }

  std::optional<std::string> check_target() const {
    return sim::check_target(universe_.disk, universe_.resource, universe_.target_before());
  }

  void check_success(const RunOutcome& outcome) {
    const Finished& finished = *outcome.finished;
    const bool streamed = universe_.scenario.stream.has_value();
    const auto* bytes = streamed ? &outcome.streamed : universe_.disk.content(finished.path);
    if (bytes == nullptr) return fail("success, and there is no file");
    const auto* before = universe_.target_before();
    const engine::JobSettings& job = universe_.scenario.job;
    const bool kept = job.existing == Existing::Keep && before != nullptr && *bytes == *before;
    const auto version = whole_version(*bytes, universe_.resource);
    if (!version && !kept) return fail("success, and the file is no version of the resource");
    if (version && (job.digest || job.pieces) && version->id != 0 && !kept) {
      return fail("success, and the file is not the one that the digests name");
    }
    const bool left_alone = job.existing == Existing::Keep && finished.already_complete;
    if (!left_alone && job.strict && finished.proof == Proof::None) {
      return fail("success without a proof, though one was asked for");
    }
    if (!kept && finished.size != bytes->size()) return fail("success, and the size is wrong");
    result_.size = bytes->size();
    if (!streamed) check_after_success(finished);
  }

  void check_after_success(const Finished& finished) {
    if (!universe_.disk_is_honest()) return;
    const OutageKind outage = universe_.scenario.after_success;
    if (outage == OutageKind::None) return;
    suffer(outage);
    // What an earlier process renamed and did not live to sync is not this one's promise.
    if (finished.already_complete) return;
    if (!result_.violation && universe_.disk.content(finished.path) == nullptr) {
      fail("success, and after a power cut the file is gone");
    }
  }

  // Whether this is what the job was asked for, even if nothing goes wrong.
  [[nodiscard]] bool may_fail(const Error& error, bool target_stood_there) const {
    const Scenario& scenario = universe_.scenario;
    const bool changed = !scenario.changes.empty();
    switch (error.code) {
      case ErrorCode::Exists: return target_stood_there;
      case ErrorCode::Changed:
        // Where only other bytes than the new version's are wanted, each attempt begins anew.
        if (scenario.published_pieces && changed) return true;
        return scenario.job.on_change == OnChange::Fail || (scenario.stream && may_seem_changed());
      case ErrorCode::NotProven: return scenario.job.strict;
      // Samples of bytes that somebody garbled may agree; the digest then does not.
      case ErrorCode::Checksum:
        if (scenario.published_pieces && changed) return true;
        return (scenario.digest_given || scenario.servers_say_digest) &&
               (changed || (meddled_ && scenario.job.resume == Resume::Adopt));
      // A mark or a partial of its own that the disk lost in part looks like somebody else's.
      case ErrorCode::Disk:
        return error.number == EEXIST && power_was_cut_ && !universe_.disk_is_honest();
      case ErrorCode::Refused: return scenario.job.max_filesize.has_value();
      default: return false;
    }
  }

  // What has left by standard output can neither be called back nor be compared with samples.
  [[nodiscard]] bool may_seem_changed() const {
    return !universe_.scenario.changes.empty() ||
           universe_.scenario.hosts.front().habits.etag_per_token;
  }

  void fail(std::string why, bool about_bytes = true) {
    if (result_.violation) return;
    result_.violation = std::move(why);
    result_.is_about_bytes = about_bytes;
  }

  TrialResult end() {
    result_.trace_hash = universe_.world.trace_hash();
    result_.received = universe_.network.body_bytes;
    return result_;
  }

  Universe universe_;
  TrialResult result_;
  bool meddled_ = false;
  bool power_was_cut_ = false;
};

}  // namespace

TrialResult run_trial(std::uint64_t seed, bool print_trace) {
  return Trial(seed, print_trace).run();
}

}  // namespace xget::sim
