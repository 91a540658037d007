// A stranger's program: fetches one URL with libxget and prints what happens.
//   consumer URL FILE
// It is linked to every public function, so that one that a shared library hides is missed here.
// Exit: 0 the file is there, 1 the download failed, 2 the request makes no sense.
#include <iostream>
#include <optional>
#include <string>
#include <variant>
#include <xget/host_check.hpp>
#include <xget/input_file.hpp>
#include <xget/leftover.hpp>
#include <xget/object_listing.hpp>
#include <xget/object_removal.hpp>
#include <xget/object_store.hpp>
#include <xget/partial.hpp>
#include <xget/session.hpp>
#include <xget/tree_copy.hpp>
#include <xget/unfinished_upload.hpp>
#include <xget/verification.hpp>

namespace {

// Volatile, or the compiler would leave out what nobody looks at.
template <typename Function>
void need(Function function) {
  [[maybe_unused]] volatile Function needed = function;
}

void need_every_function() {
  using xget::Session;
  need(&Session::create);
  need(&Session::add);
  need(static_cast<xget::JobId (Session::*)(xget::Result<xget::JobSpec>)>(&Session::add_listed));
  need(static_cast<xget::JobId (Session::*)(const xget::Result<xget::UploadSpec>&)>(
      &Session::add_listed));
  need(&Session::add_upload);
  need(&Session::note);
  need(static_cast<std::optional<xget::Event> (Session::*)()>(&Session::next_event));
  need(static_cast<std::optional<xget::Event> (Session::*)(xget::Milliseconds)>(
      &Session::next_event));
  need(&Session::done);
  need(&Session::cancel);
  need(&Session::save_cookies);
  need(&Session::end_trace);
  need(&Session::interrupt);
  using xget::InputFile;
  need(&InputFile::open);
  need(static_cast<InputFile& (InputFile::*)(InputFile &&) noexcept>(&InputFile::operator=));
  need(&InputFile::next);
  need(&InputFile::lines);
  need(&InputFile::interrupt);
  using xget::ObjectListing;
  need(&ObjectListing::open);
  need(static_cast<ObjectListing& (ObjectListing::*)(ObjectListing &&) noexcept>(
      &ObjectListing::operator=));
  need(&ObjectListing::next);
  using xget::ObjectRemoval;
  need(&ObjectRemoval::open);
  need(static_cast<ObjectRemoval& (ObjectRemoval::*)(ObjectRemoval &&) noexcept>(
      &ObjectRemoval::operator=));
  need(&ObjectRemoval::next);
  need(&xget::look_at_object);
  need(&xget::presign);
  need(&xget::list_buckets);
  need(&xget::make_bucket);
  need(&xget::remove_bucket);
  using xget::UnfinishedUploads;
  need(&UnfinishedUploads::open);
  need(static_cast<UnfinishedUploads& (UnfinishedUploads::*)(UnfinishedUploads &&) noexcept>(
      &UnfinishedUploads::operator=));
  need(&UnfinishedUploads::next);
  need(&xget::count_parts);
  need(&xget::abort_upload);
  need(&xget::Session::removed);
  need(&xget::move_into_place);
  need(&xget::remove_local);
  using xget::TreeCopy;
  need(&TreeCopy::open);
  need(static_cast<TreeCopy& (TreeCopy::*)(TreeCopy &&) noexcept>(&TreeCopy::operator=));
  need(&TreeCopy::next);
  need(&TreeCopy::take_notes);
  need(&TreeCopy::same);
  need(&xget::listed_job);
  need(&xget::find_partials);
  need(&xget::find_leftovers);
  need(&xget::remove_leftover);
  need(&xget::verify);
  need(&xget::check_host);
  need(&xget::holds_for);
  need(&xget::version);
  need(&xget::is_metalink);
  need(&xget::is_object_url);
  need(&xget::check_targets);
  need(&xget::target_path);
  need(static_cast<std::string (*)(const xget::Error&)>(&xget::to_string));
  need(static_cast<const char* (*)(xget::ErrorCode)>(&xget::to_string));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: consumer URL FILE\n";
    return 2;
  }
  need_every_function();
  auto session = xget::Session::create({});
  if (!session) {
    std::cerr << xget::to_string(session.error()) << '\n';
    return 2;
  }
  xget::JobSpec job;
  job.url = argv[1];
  job.output = argv[2];
  if (const auto added = (*session)->add(job); !added) {
    std::cerr << xget::to_string(added.error()) << '\n';
    return added.error().code == xget::ErrorCode::Usage ? 2 : 1;
  }
  int status = 1;
  while (const auto event = (*session)->next_event()) {
    if (const auto* note = std::get_if<xget::Note>(&*event)) {
      std::cout << note->text << '\n';
    } else if (const auto* failed = std::get_if<xget::Failed>(&*event)) {
      std::cerr << xget::to_string(failed->error) << '\n';
    } else if (const auto* finished = std::get_if<xget::Finished>(&*event)) {
      std::cout << finished->path << ": " << finished->size << " bytes, " << finished->rests_on
                << '\n';
      status = 0;
    }
  }
  return status;
}
