#include "cli/tree_feeder.hpp"

#include <utility>

#include "base/quiet_thread.hpp"

namespace xget::cli {

TreeFeeder::TreeFeeder(std::vector<TreeCopy> trees, Session& session, JobBook& book)
    : trees_(std::move(trees)), session_(session), book_(book) {
  book_.list_begins();
  thread_ = start_without_signals([this] { feed(); });
}

TreeFeeder::~TreeFeeder() {
  book_.stop();
  thread_.join();
}

void TreeFeeder::feed() {
  for (TreeCopy& tree : trees_) {
    if (!feed(tree)) break;
  }
  book_.list_ended();
}

bool TreeFeeder::feed(TreeCopy& tree) {
  while (auto step = tree.next()) {
    for (const std::string& note : tree.take_notes()) session_.note(note);
    if (!add(*std::move(step))) return false;
  }
  for (const std::string& note : tree.take_notes()) session_.note(note);
  if (tree.same() > 0) session_.note(std::to_string(tree.same()) + " files are the same");
  return true;
}

bool TreeFeeder::add(Result<TreeStep> step) {
  if (!step) return book_.add_listed(session_, Result<JobSpec>(fail(std::move(step.error()))), "");
  if (auto* job = std::get_if<JobSpec>(&*step)) {
    return book_.add_listed(session_, std::move(*job), "");
  }
  return book_.add_listed(session_, std::get<UploadSpec>(*std::move(step)));
}

}  // namespace xget::cli
