#include "cli/hooks.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "base/quiet_thread.hpp"
#include "base/text.hpp"
#include "cli/hook_facts.hpp"

namespace xget::cli {
namespace {

constexpr Duration kLongestRun = std::chrono::hours(24);

}  // namespace

Hooks::Hooks(HookCommands commands, Run run)
    : commands_(std::move(commands)), run_(std::move(run)) {
  const bool any = !commands_.on_complete.empty() || !commands_.on_error.empty();
  if (any) thread_ = start_without_signals([this] { work(); });
}

Hooks::~Hooks() {
  stop();
  static_cast<void>(wait());
}

void Hooks::on_event(const Event& event) {
  if (!thread_.joinable()) return;
  if (const auto* probed = std::get_if<Probed>(&event)) {
    urls_[probed->job] = probed->url;
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    if (finished->not_modified) return;  // nothing was completed, and no file need be there
    const HookFacts facts = facts_of(*finished, url_of(finished->job));
    call("--on-complete", commands_.on_complete, finished->path, facts.environment, facts.json);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    const HookFacts facts = facts_of(*failed, url_of(failed->job));
    call("--on-error", commands_.on_error, failed->path, facts.environment, facts.json);
  }
}

std::string Hooks::url_of(JobId job) {
  const auto node = urls_.extract(job);
  return node.empty() ? "" : node.mapped();
}

void Hooks::call(const char* option, const std::vector<std::string>& command,
                 const std::string& file, std::vector<std::string> environment, std::string facts) {
  if (command.empty()) return;
  Called called{option, file, {}};
  called.spec.words = command;
  called.spec.environment = std::move(environment);
  called.spec.input = std::move(facts);
  called.spec.time = kLongestRun;
  called.spec.stop_fd = stop_.get();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || waiting_.size() < kMostWaiting; });
  waiting_.push_back(std::move(called));
  changed_.notify_all();
}

void Hooks::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  ::eventfd_write(stop_.get(), 1);
  changed_.notify_all();
}

HookFailures Hooks::wait() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  return std::move(failures_);
}

void Hooks::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || ending_ || !waiting_.empty(); });
    if (stopped_ || waiting_.empty()) return;
    const Called called = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    lock.unlock();
    const auto outcome = run_(called.spec);
    lock.lock();
    tell(called, outcome);
  }
}

// Under the mutex.
void Hooks::tell(const Called& called, const Result<ChildOutcome>& outcome) {
  if (outcome && !outcome->output.empty()) {
    log::info(std::string(called.option) + " says: " + printable(first_line_said(outcome->output)));
  }
  if (outcome && outcome->exit_code == 0) return;
  std::string text = std::string(called.option) + " of " + printable(called.file) + ": ";
  if (!outcome) {
    text += printable(outcome.error().subject) + ": " + outcome.error().cause;
  } else {
    text += "exit code " + std::to_string(outcome->exit_code);
    const std::string_view said = first_line_said(outcome->errors);
    if (!said.empty()) text += ": " + printable(said);
  }
  if (failures_.told.size() < kMostTold) {
    failures_.told.push_back(std::move(text));
  } else {
    ++failures_.untold;
  }
}

}  // namespace xget::cli
