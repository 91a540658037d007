#include "cli/list_feeder.hpp"

#include <utility>

#include "base/quiet_thread.hpp"

namespace xget::cli {

ListFeeder::ListFeeder(InputFile list, Session& session, JobBook& book)
    : list_(std::move(list)), session_(session), book_(book) {
  book_.list_begins();
  thread_ = start_without_signals([this] { feed(); });
}

ListFeeder::~ListFeeder() {
  list_.interrupt();
  book_.stop();
  thread_.join();
}

void ListFeeder::feed() {
  while (auto entry = list_.next()) {
    if (!book_.add_listed(session_, *std::move(entry), list_.lines())) break;
  }
  book_.list_ended();
}

}  // namespace xget::cli
