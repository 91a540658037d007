#include "cli/progress.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/units.hpp"
#include "cli/display_width.hpp"
#include "cli/event_text.hpp"

namespace xget::cli {
namespace {

constexpr Duration kRedrawEvery = std::chrono::milliseconds(100);
constexpr Duration kPlainLineEvery = std::chrono::seconds(10);
constexpr Duration kWaitLineEvery = std::chrono::seconds(3);
constexpr std::size_t kMostUnprinted = 64U << 10;  // bytes
constexpr int kWidestName = 40;

// "5 of 5 downloads complete, 2.0 KiB received"; of files that went to a store, "sent".
std::string ends_text(const JobTally& tally) {
  const std::size_t duplicates = tally.duplicates();
  std::string text = std::to_string(tally.finished()) + " of " + std::to_string(tally.jobs()) +
                     (tally.sent() > 0 ? " files" : " downloads") + " complete, ";
  if (duplicates > 0) text += std::to_string(duplicates) + " of them made from others, ";
  if (tally.sent() > 0) text += format_size(tally.sent()) + " sent";
  if (tally.sent() > 0 && tally.received() > 0) text += ", ";
  if (tally.sent() == 0 || tally.received() > 0)
    text += format_size(tally.received()) + " received";
  return text;
}

// Empty: nothing was.
std::string removals_text(const JobTally& tally, bool planned) {
  if (tally.removed() == 0) return "";
  return std::to_string(tally.removed()) + (planned ? " would be removed" : " removed");
}

std::string plans_text(const JobTally& tally) {
  return std::to_string(tally.finished()) + " of " + std::to_string(tally.jobs()) +
         " downloads would begin or are complete; " + format_size(tally.to_fetch()) +
         " would be fetched\n";
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressSettings settings, ProgressScreen screen)
    : settings_(settings),
      screen_(std::move(screen)),
      tally_(settings.jobs, settings.limit_rate),
      rows_(settings.features.reflows),
      signs_(settings.features) {
  // A download that is over by then needs no word about its progress.
  next_show_ = settings_.kind == ProgressKind::Bar ? kRedrawEvery : kPlainLineEvery;
}

void ProgressDisplay::on_event(const Event& event, Duration now) {
  std::visit([&](const auto& alternative) { on(alternative, now); }, event);
}

void ProgressDisplay::end(StoppedBy stopped_by, Duration now) {
  clear_rows();
  if (const std::string text = stopped_.text(stopped_by); !text.empty()) screen_.print(text);
  if (settings_.quiet || !tally_.several()) return;
  const std::string removed = removals_text(tally_, settings_.dry_run);
  if (tally_.jobs() == 0) {
    return screen_.print(removed.empty() ? "nothing had to be done\n" : removed + "\n");
  }
  if (settings_.dry_run) return screen_.print(plans_text(tally_));
  screen_.print(ends_text(tally_) + (removed.empty() ? "" : ", " + removed) + " in " +
                format_duration(now) + "\n");
}

void ProgressDisplay::on(const Probed& probed, Duration now) {
  tally_.on(probed, now);
  if (!settings_.quiet && settings_.kind == ProgressKind::Plain) screen_.print(start_text(probed));
}

void ProgressDisplay::on(const Progress& progress, Duration now) {
  tally_.on(progress, now);
  if (settings_.quiet) return;
  tell_wait(progress.job, now);
  show_progress(now);
}

void ProgressDisplay::on(const Retrying& retrying, Duration now) {
  // Told with the next progress, which says whether other connections go on.
  tally_.on(retrying, now);
}

void ProgressDisplay::on(const Note& note, Duration now) {
  if (!settings_.quiet) print_lines(note_text(note.text), now);
}

void ProgressDisplay::on(const Removed& removed, Duration now) {
  tally_.on(removed, now);
  if (!settings_.quiet) print_lines(removed_text(removed), now);
}

void ProgressDisplay::on(const Finished& finished, Duration now) {
  const Duration elapsed = tally_.elapsed(finished.job, now);
  tally_.on(finished, now);
  if (!settings_.quiet) print_lines(finished_text(finished, elapsed), now);
}

void ProgressDisplay::on(const Failed& failed, Duration now) {
  tally_.on(failed, now);
  if (failed.error.code == ErrorCode::Interrupted) return stopped_.add(failed);
  print_lines(failure_text(failed), now);
}

void ProgressDisplay::on(const MetalinkRead& read, Duration now) {
  tally_.on(read, now);
  if (!settings_.quiet) print_lines(metalink_text(read), now);
}

void ProgressDisplay::on(const Planned& planned, Duration now) {
  tally_.on(planned, now);
  if (!settings_.quiet) print_lines(planned_text(planned), now);
}

// Where nothing is redrawn a wait gets a line of its own, unless its cause was told before.
void ProgressDisplay::tell_wait(JobId job, Duration now) {
  const JobTally::Wait* wait = tally_.untold_wait(job);
  if (settings_.kind != ProgressKind::Plain || wait == nullptr || now < next_wait_line_) return;
  next_wait_line_ = now + kWaitLineEvery;
  screen_.print(wait_text(wait->url, wait->cause, wait->until - now));
  tally_.told(job);
}

void ProgressDisplay::show_progress(Duration now) {
  if (now < next_show_) return;
  switch (settings_.kind) {
    case ProgressKind::Bar: return draw_rows(now);
    case ProgressKind::Plain: return show_line(now);
    case ProgressKind::None: return;
  }
}

void ProgressDisplay::show_line(Duration now) {
  next_show_ = now + kPlainLineEvery;
  screen_.print(plain_progress_line(tally_.together(now)) + "\n");
  tally_.forget_told_causes();
}

void ProgressDisplay::draw_rows(Duration now) {
  next_show_ = now + kRedrawEvery;
  if (!screen_.foreground()) {  // the shell has written below the rows
    rows_.forget();
    if (!unprinted_.empty()) screen_.print(std::exchange(unprinted_, {}));
    return;
  }
  const std::vector<LineState> files = tally_.running(now);
  for (const LineState& file : files) {
    name_width_ = std::clamp(display_width(file.name), name_width_, kWidestName);
  }
  const LineState whole = tally_.together(now);
  std::optional<LineState> total;
  if (tally_.several()) total = whole;
  const ScreenSize size = screen_.size();
  const auto rows = progress_rows(files, total, size, {settings_.bar, name_width_});
  std::string text = rows_.draw(std::exchange(unprinted_, {}), rows, size.columns);
  if (!rows.empty()) text += signs_.show(whole);  // else nothing runs any more
  screen_.print(text);
}

// Lines that come in a burst go with the next drawing: it is the drawing that costs.
void ProgressDisplay::print_lines(std::string_view lines, Duration now) {
  if (!rows_.shown()) return screen_.print(lines);
  unprinted_ += lines;
  if (now >= next_show_ || unprinted_.size() > kMostUnprinted) draw_rows(now);
}

void ProgressDisplay::clear_rows() {
  std::string text = signs_.clear();
  if (rows_.shown()) {
    text += rows_.draw(std::exchange(unprinted_, {}), {}, screen_.size().columns);
  }
  if (!text.empty()) screen_.print(text);
}

}  // namespace xget::cli
