#include "cli/session_feeder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/quiet_thread.hpp"

namespace xget::cli {

SessionFeeder::SessionFeeder(SessionFile& file, std::optional<GivenList> list, Session& session,
                             JobBook& book)
    : file_(file), list_(std::move(list)), session_(session), book_(book), taken_(!list_) {
  book_.list_begins();
  if (list_) {
    copying_ = start_without_signals([this] { copy(); });
  } else {
    file_.no_more();
  }
  feeding_ = start_without_signals([this] { feed(); });
}

SessionFeeder::~SessionFeeder() {
  stopped_ = true;
  book_.stop();
  file_.stop();
  if (list_) {
    list_->list.interrupt();
    copying_.join();
  }
  feeding_.join();
}

void SessionFeeder::copy() {
  const ListPosition already = taken_already();
  bool sound = !stopped_ && add_error(file_.begin_list(already));
  std::uint64_t passed = 0;
  while (sound) {
    auto entry = list_->list.next();
    if (!entry) break;
    if (*entry && passed++ < already.entries) continue;
    sound = add(*std::move(entry));
  }
  taken_ = sound && !stopped_;
  file_.no_more();
}

// What cannot be kept ends as Failed, as an entry does that is none. False: nothing more can.
bool SessionFeeder::add(Result<JobSpec> entry) {
  if (!entry) return book_.add_listed(session_, std::move(entry), list_->list.lines());
  return add_error(file_.add(*entry));
}

bool SessionFeeder::add_error(Result<void> kept) {
  if (kept) return true;
  const bool of_entry = kept.error().code == ErrorCode::Usage;
  const std::string lines = of_entry ? list_->list.lines() : "";
  return book_.add_listed(session_, fail(std::move(kept.error())), lines) && of_entry;
}

// Of a list that begins as one did whose entries the file has had. A pipe cannot be read twice.
ListPosition SessionFeeder::taken_already() const {
  const auto& known = file_.positions();
  std::error_code error;
  if (known.empty() || !std::filesystem::is_regular_file(list_->path, error)) return {};
  auto list = InputFile::open(list_->path, list_->common);
  if (!list) return {};
  const auto longest = std::max_element(known.begin(), known.end(),
                                        [](auto& a, auto& b) { return a.entries < b.entries; });
  ListPosition found;
  for (ListPosition here; here.entries < longest->entries && !stopped_;) {
    const auto entry = list->next();
    if (!entry) break;
    if (!*entry) continue;
    here.pass(file_.entry_of(**entry));
    if (std::find(known.begin(), known.end(), here) != known.end()) found = here;
  }
  return found;
}

void SessionFeeder::feed() {
  while (auto queued = file_.next()) {
    const QueuePlace place = queued->place;
    const Queued added = book_.add_queued(session_, *std::move(queued));
    if (added == Queued::Stopped) break;
    if (added == Queued::Twice) file_.finished(place);
  }
  book_.list_ended();
}

}  // namespace xget::cli
