// ListFeeder: a thread that adds the jobs of a list as room comes free, so that downloads run while
// the list still grows.
#pragma once

#include <thread>

#include "cli/job_book.hpp"
#include "xget/input_file.hpp"
#include "xget/session.hpp"

namespace xget::cli {

class ListFeeder {
 public:
  // Both must outlive it. Begins at once.
  ListFeeder(InputFile list, Session& session, JobBook& book);
  ~ListFeeder();  // reads no further
  ListFeeder(const ListFeeder&) = delete;
  ListFeeder& operator=(const ListFeeder&) = delete;

 private:
  void feed();

  InputFile list_;
  Session& session_;
  JobBook& book_;
  std::thread thread_;
};

}  // namespace xget::cli
