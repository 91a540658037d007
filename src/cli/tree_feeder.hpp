// TreeFeeder: a thread that lists what is below folders and prefixes, and adds what is to be copied
// of it, as room comes free; it removes what is to go, and gives delayed updates their places once
// all copies have ended well.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/job_book.hpp"
#include "xget/session.hpp"
#include "xget/tree_copy.hpp"

namespace xget::cli {

struct FedTree {
  TreeCopy copy;
  std::optional<TreeCopySpec> afterwards;  // nullopt: nothing is left to be done then
};

class TreeFeeder {
 public:
  // Both must outlive it. Begins at once.
  TreeFeeder(std::vector<FedTree> trees, bool dry_run, Session& session, JobBook& book);
  ~TreeFeeder();  // reads no further
  TreeFeeder(const TreeFeeder&) = delete;
  TreeFeeder& operator=(const TreeFeeder&) = delete;

 private:
  void feed();
  bool feed(TreeCopy& tree);
  void finish(std::vector<TreeCopySpec> specs);
  bool add(Result<TreeStep> step);
  bool remove(TreeExtra extra);
  void remove_objects();
  void tell_notes(TreeCopy& tree);
  bool add_failure(Error error);

  std::vector<FedTree> trees_;
  const bool dry_run_;
  Session& session_;
  JobBook& book_;
  std::vector<std::string> doomed_;  // URLs of objects
  std::thread thread_;
};

}  // namespace xget::cli
