#include "cli/tree_feeder.hpp"

#include <filesystem>
#include <utility>

#include "base/quiet_thread.hpp"
#include "xget/object_removal.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kMostDoomed = 4'000;  // some requests' worth, which go at once

}  // namespace

TreeFeeder::TreeFeeder(std::vector<FedTree> trees, bool dry_run, Session& session, JobBook& book)
    : trees_(std::move(trees)), dry_run_(dry_run), session_(session), book_(book) {
  book_.list_begins();
  thread_ = start_without_signals([this] { feed(); });
}

TreeFeeder::~TreeFeeder() {
  book_.stop();
  thread_.join();
}

void TreeFeeder::feed() {
  bool complete = true;
  std::vector<TreeCopySpec> afterwards;
  for (FedTree& tree : trees_) {
    if (!(complete = feed(tree.copy))) break;
    if (tree.afterwards) afterwards.push_back(*std::move(tree.afterwards));
  }
  remove_objects();
  if (complete && !afterwards.empty()) finish(std::move(afterwards));
  book_.list_ended();
}

bool TreeFeeder::feed(TreeCopy& tree) {
  while (auto step = tree.next()) {
    tell_notes(tree);
    if (!add(*std::move(step))) return false;
  }
  tell_notes(tree);
  if (tree.same() > 0) session_.note(std::to_string(tree.same()) + " files are the same");
  return true;
}

// Nothing is moved or removed where anything failed: the same command goes on then.
void TreeFeeder::finish(std::vector<TreeCopySpec> specs) {
  if (!book_.wait_for_listed()) return;
  if (book_.outcome().of_list) {
    session_.note("since not all was copied, nothing is removed or moved into its place");
    return book_.has_news();
  }
  for (TreeCopySpec& spec : specs) {
    const std::string staging = spec.staging;
    spec.afterwards = true;
    auto tree = TreeCopy::open(session_, std::move(spec));
    if (!tree) {
      add_failure(std::move(tree.error()));
      continue;
    }
    while (auto step = tree->next()) {
      if (!add(*std::move(step))) return;
    }
    // What is left there is of an earlier run, and not wanted any more.
    std::error_code ignored;
    if (!staging.empty()) std::filesystem::remove_all(staging, ignored);
  }
  remove_objects();
}

// False: nothing more is wanted.
bool TreeFeeder::add(Result<TreeStep> step) {
  if (!step) return add_failure(std::move(step.error()));
  if (auto* extra = std::get_if<TreeExtra>(&*step)) return remove(std::move(*extra));
  if (const auto* move = std::get_if<MoveSpec>(&*step)) {
    auto moved = move_into_place(*move);
    return moved || add_failure(std::move(moved.error()));
  }
  if (auto* job = std::get_if<JobSpec>(&*step)) {
    return book_.add_listed(session_, std::move(*job), "");
  }
  return book_.add_listed(session_, std::get<UploadSpec>(*std::move(step)));
}

bool TreeFeeder::remove(TreeExtra extra) {
  if (!dry_run_ && extra.is_url) {
    doomed_.push_back(std::move(extra.target));
    if (doomed_.size() == kMostDoomed) remove_objects();
    return true;
  }
  if (!dry_run_) {
    if (auto removed = remove_local(extra); !removed) {
      return add_failure(std::move(removed.error()));
    }
  }
  session_.removed({std::move(extra.target), dry_run_});
  book_.has_news();
  return true;
}

void TreeFeeder::remove_objects() {
  if (doomed_.empty()) return;
  auto removal = ObjectRemoval::open(session_, {.urls = std::exchange(doomed_, {}),
                                                .tree = false,
                                                .version_id = "",
                                                .rules = {},
                                                .side = StoreSide::Destination,
                                                .dry_run = false});
  if (!removal) return static_cast<void>(add_failure(std::move(removal.error())));
  while (true) {
    auto removed = removal->next();
    if (!removed) return static_cast<void>(add_failure(std::move(removed.error())));
    if (!*removed) return;
    if ((*removed)->error) {
      add_failure(*std::move((*removed)->error));
    } else {
      session_.removed({std::move((*removed)->url), false});
      book_.has_news();
    }
  }
}

void TreeFeeder::tell_notes(TreeCopy& tree) {
  for (const std::string& note : tree.take_notes()) session_.note(note);
}

bool TreeFeeder::add_failure(Error error) {
  return book_.add_listed(session_, Result<JobSpec>(fail(std::move(error))), "");
}

}  // namespace xget::cli
