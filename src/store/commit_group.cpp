#include "store/commit_group.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/defence.hpp"

namespace xget::store {

struct CommitGroup::Item {
  std::shared_ptr<Checkpointer> file;
  Commit commit;
  std::function<void(Result<void>)> done;
  Result<void> outcome;
  core::FolderId folder;
};

struct CommitGroup::State {
  core::Worker& disk;
  std::size_t least;
  std::vector<Item> waiting;
  bool running = false;
  bool ended = false;
};

namespace {

// Those that are still sound take the step.
template <typename Items, typename Step>
void each(Items& items, Step step) {
  for (auto& item : items) {
    if (item.outcome) item.outcome = step(item);
  }
}

// The file systems or folders that sound items are in, each once, and what syncing it said.
template <typename Items, typename Key, typename Sync>
void sync_each_once(Items& items, Key key, Sync sync) {
  std::map<decltype(key(items.front())), Result<void>> synced;
  each(items, [&](auto& item) {
    const auto [it, is_new] = synced.try_emplace(key(item));
    if (is_new) it->second = sync(item);
    return it->second;
  });
}

template <typename Items>
bool synced_as_a_whole(const Items& items) {
  return std::all_of(items.begin(), items.end(),
                     [](const auto& item) { return item.file->synced_as_a_whole(); });
}

template <typename Items>
void commit_together(Items& items) {
  each(items, [](auto& item) {
    item.folder = item.file->folder();
    return item.file->settle(item.commit);
  });
  if (defence_on(Defence::SyncAtFinish)) {
    sync_each_once(
        items, [](auto& item) { return item.folder.file_system; },
        [](auto& item) { return item.file->sync_file_system(); });
    each(items, [](auto& item) { return item.file->check_written(); });
  }
  each(items, [](auto& item) { return item.file->give_final_name(item.commit); });
  if (!defence_on(Defence::SyncFolder)) return;
  sync_each_once(
      items, [](auto& item) { return item.folder; },
      [](auto& item) { return item.file->sync_folder(); });
}

}  // namespace

CommitGroup::CommitGroup(core::Worker& disk, std::size_t least)
    : state_(std::make_shared<State>(State{disk, least, {}})) {}

CommitGroup::~CommitGroup() { state_->ended = true; }

void CommitGroup::add(std::shared_ptr<Checkpointer> file, Commit commit,
                      std::function<void(Result<void>)> done) {
  state_->waiting.push_back({std::move(file), std::move(commit), std::move(done), {}});
  if (!state_->running) begin(state_);
}

void CommitGroup::begin(const std::shared_ptr<State>& state) {
  state->running = true;
  auto items = std::make_shared<std::vector<Item>>(std::exchange(state->waiting, {}));
  state->disk.submit(
      [items, many = items->size() >= state->least] {
        if (many && synced_as_a_whole(*items)) return commit_together(*items);
        for (Item& item : *items) item.outcome = item.file->commit(item.commit);
      },
      [state, items] {
        state->running = false;
        if (state->ended) return;
        if (!state->waiting.empty()) begin(state);
        for (Item& item : *items) item.done(std::move(item.outcome));
      });
}

}  // namespace xget::store
