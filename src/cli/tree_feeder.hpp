// TreeFeeder: a thread that lists what is below folders and prefixes, and adds what is to be copied
// of it, as room comes free.
#pragma once

#include <thread>
#include <vector>

#include "cli/job_book.hpp"
#include "xget/session.hpp"
#include "xget/tree_copy.hpp"

namespace xget::cli {

class TreeFeeder {
 public:
  // Both must outlive it. Begins at once.
  TreeFeeder(std::vector<TreeCopy> trees, Session& session, JobBook& book);
  ~TreeFeeder();  // reads no further
  TreeFeeder(const TreeFeeder&) = delete;
  TreeFeeder& operator=(const TreeFeeder&) = delete;

 private:
  void feed();
  bool feed(TreeCopy& tree);
  bool add(Result<TreeStep> step);

  std::vector<TreeCopy> trees_;
  Session& session_;
  JobBook& book_;
  std::thread thread_;
};

}  // namespace xget::cli
