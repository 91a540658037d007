// FolderFeeder: a thread that adds the files below folders as uploads, as room comes free.
#pragma once

#include <thread>
#include <vector>

#include "cli/job_book.hpp"
#include "xget/folder_upload.hpp"
#include "xget/session.hpp"

namespace xget::cli {

class FolderFeeder {
 public:
  // Both must outlive it. Begins at once.
  FolderFeeder(std::vector<FolderUpload> folders, Session& session, JobBook& book);
  ~FolderFeeder();  // reads no further
  FolderFeeder(const FolderFeeder&) = delete;
  FolderFeeder& operator=(const FolderFeeder&) = delete;

 private:
  void feed();
  bool feed(FolderUpload& folder);

  std::vector<FolderUpload> folders_;
  Session& session_;
  JobBook& book_;
  std::thread thread_;
};

}  // namespace xget::cli
