#include "sim/trial.hpp"

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
      check_success(*outcome.finished);
      return false;
    }
    if (outcome.died) suffer(plan.outage.kind);
    if (result_.violation) return false;
    if (plan.tampering_afterwards != Tampering::Nothing) meddled_ = true;
    universe_.tamper(plan.tampering_afterwards);
    universe_.pause(plan.pause_afterwards);
    return true;
  }

  void last_run() {
    const bool target_stood_there = universe_.disk.content(kTarget) != nullptr;
    const RunOutcome outcome = run_once({});
    if (result_.violation) return;
    if (outcome.finished) return check_success(*outcome.finished);
    const Error& error = outcome.failed->error;
    result_.failure = to_string(error);
    if (!may_fail(error, target_stood_there)) fail("all is well, and yet: " + result_.failure);
  }

  RunOutcome run_once(const Outage& outage) {
    ++result_.runs;
    const std::uint64_t inode = universe_.disk.inode(kTarget);
    RunOutcome outcome = run_process(universe_, outage);
    if (outcome.stuck) {
      fail("never ends: " + *outcome.stuck);
    } else if (outcome.failed && universe_.scenario.disk.name_fails == 0 &&
               universe_.disk.inode(kTarget) != inode) {
      fail("failed, and yet the file under the final name is another: " +
           to_string(outcome.failed->error));
    } else {
      check_disk("after a run");
    }
    return outcome;
  }

  // The disk survives the process; what it keeps of what was not synced is up to the dice.
  void suffer(OutageKind kind) {
    ++result_.deaths;
    if (kind != OutageKind::PowerCut) return;
    universe_.world.trace("the power is cut");
    universe_.disk.power_cut(universe_.world.dice());
    check_disk("after a power cut");
  }

  void check_disk(const char* when) {
    const bool platter_counts = universe_.disk_is_honest();
    if (auto wrong = check_target(universe_.disk, universe_.resource, universe_.target_before());
        wrong && (platter_counts || !target_may_be_torn_)) {
      fail(std::string(when) + ": " + *wrong);
    }
    if (!platter_counts || meddled_) return;
    if (auto wrong = check_claims(universe_.disk)) fail(std::string(when) + ": " + *wrong);
  }

  void check_success(const Finished& finished) {
    const auto* bytes = universe_.disk.content(kTarget);
    if (bytes == nullptr) return fail("success, and there is no file");
    const auto* before = universe_.target_before();
    const engine::JobSettings& job = universe_.scenario.job;
    const bool kept = job.existing == Existing::Keep && before != nullptr && *bytes == *before;
    const auto version = whole_version(*bytes, universe_.resource);
    if (!version && !kept) return fail("success, and the file is no version of the resource");
    if (version && job.digest && version->id != 0 && !kept) {
      return fail("success, and the file is not the one that the digest names");
    }
    if (!kept && job.strict && finished.proof == Proof::None) {
      return fail("success without a proof, though one was asked for");
    }
    if (!kept && finished.size != bytes->size()) return fail("success, and the size is wrong");
    result_.size = bytes->size();
    check_after_success();
  }

  void check_after_success() {
    if (!universe_.disk_is_honest()) return;
    const OutageKind outage = universe_.scenario.after_success;
    if (outage == OutageKind::None) return;
    suffer(outage);
    if (!result_.violation && universe_.disk.content(kTarget) == nullptr) {
      fail("success, and after a power cut the file is gone");
    }
  }

  // Whether this is what the job was asked for, even if nothing goes wrong.
  [[nodiscard]] bool may_fail(const Error& error, bool target_stood_there) const {
    const Scenario& scenario = universe_.scenario;
    const bool changed = !scenario.changes.empty();
    switch (error.code) {
      case ErrorCode::Exists: return target_stood_there;
      case ErrorCode::Changed: return scenario.job.on_change == OnChange::Fail;
      case ErrorCode::NotProven: return scenario.job.strict;
      case ErrorCode::Checksum: return scenario.digest_given && changed;
      case ErrorCode::Refused: return scenario.job.max_filesize.has_value();
      default: return false;
    }
  }

  void fail(std::string why) {
    if (!result_.violation) result_.violation = std::move(why);
  }

  TrialResult end() {
    result_.trace_hash = universe_.world.trace_hash();
    result_.received = universe_.network.body_bytes;
    return result_;
  }

  Universe universe_;
  TrialResult result_;
  bool meddled_ = false;
  bool target_may_be_torn_ = false;
};

}  // namespace

TrialResult run_trial(std::uint64_t seed, bool print_trace) {
  return Trial(seed, print_trace).run();
}

}  // namespace xget::sim
