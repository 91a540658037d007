#include "cli/folder_feeder.hpp"

#include <utility>

#include "base/quiet_thread.hpp"
#include "cli/output.hpp"

namespace xget::cli {

FolderFeeder::FolderFeeder(std::vector<FolderUpload> folders, Session& session, JobBook& book)
    : folders_(std::move(folders)), session_(session), book_(book) {
  book_.list_begins();
  thread_ = start_without_signals([this] { feed(); });
}

FolderFeeder::~FolderFeeder() {
  book_.stop();
  thread_.join();
}

void FolderFeeder::feed() {
  for (FolderUpload& folder : folders_) {
    if (!feed(folder)) break;
  }
  book_.list_ended();
}

bool FolderFeeder::feed(FolderUpload& folder) {
  while (auto upload = folder.next()) {
    for (const std::string& note : folder.take_notes()) session_.note(note);
    if (!book_.add_listed(session_, *std::move(upload))) return false;
  }
  for (const std::string& note : folder.take_notes()) session_.note(note);
  return true;
}

}  // namespace xget::cli
