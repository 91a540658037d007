#include "cli/stopped_jobs.hpp"

#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "cli/event_text.hpp"

namespace xget::cli {
namespace {

std::string downloads(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " download" : " downloads");
}

// Once for all of them: it was another one that failed, and nobody pressed Ctrl-C.
std::string line_of(const Failed& failed) {
  const std::string& kept = failed.error.kept;
  const std::string what = kept.empty() ? "nothing kept" : "kept " + kept;
  return printable(failed.error.subject + ": " + what) + "\n";
}

}  // namespace

void StoppedJobs::add(const Failed& failed) {
  if (++count_ <= kMostTold) told_.push_back(failed);
  if (failed.error.kept.empty()) return;
  ++kept_;
  // One more than are named shows that there are others.
  if (folders_.size() < 2) folders_.insert(std::string(parts_of(failed.path).folder));
}

std::string StoppedJobs::text(StoppedBy by) const {
  if (count_ == 0) return "";
  std::string text;
  if (by == StoppedBy::Failure) {
    text = "xget: " + downloads(count_) + " stopped, since one has failed (--fail-fast)\n";
  } else if (count_ > kMostTold) {
    text = "xget: " + downloads(count_) + " interrupted\n";
  }
  return text + (count_ > kMostTold ? together() : each(by));
}

std::string StoppedJobs::each(StoppedBy by) const {
  std::string text;
  for (const Failed& failed : told_) {
    text += by == StoppedBy::User ? failure_text(failed) : line_of(failed);
  }
  return text;
}

std::string StoppedJobs::together() const {
  if (kept_ == 0) return "kept: nothing of this run\n";
  std::string text = "kept: what arrived of " + (kept_ == count_ ? "each" : std::to_string(kept_));
  text += ", as FILE.partial in " + places();
  if (kept_ < count_) text += "; nothing of " + std::to_string(count_ - kept_);
  return text + "\n";
}

std::string StoppedJobs::places() const {
  if (folders_.size() > 1) return "their folders";
  const std::string& folder = *folders_.begin();
  return folder.empty() ? "this folder" : printable(folder);
}

}  // namespace xget::cli
