// A stranger's program: fetches one URL with libxget and prints what happens.
//   consumer URL FILE
// Exit: 0 the file is there, 1 the download failed, 2 the request makes no sense.
#include <iostream>
#include <variant>
#include <xget/session.hpp>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: consumer URL FILE\n";
    return 2;
  }
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
