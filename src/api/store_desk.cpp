#include "api/store_desk.hpp"

#include <utility>

namespace xget::api {
namespace {

remote::StoreOutcome interrupted() {
  return tl::unexpected<remote::StoreFailure>({.error = {.code = ErrorCode::Interrupted,
                                                         .operation = "",
                                                         .subject = "",
                                                         .cause = "interrupted"},
                                               .trouble = remote::StoreTrouble::Final,
                                               .may_be_done = true});
}

}  // namespace

std::future<remote::StoreOutcome> StoreDesk::ask(const remote::BucketSettings& bucket,
                                                 remote::StoreQuestion question) {
  // What is called can be copied, a promise cannot.
  auto answer = std::make_shared<std::promise<remote::StoreOutcome>>();
  auto future = answer->get_future();
  on_loop_([this, bucket, question = std::move(question), answer]() mutable {
    begin(bucket, std::move(question), std::move(*answer));
  });
  return future;
}

void StoreDesk::begin(const remote::BucketSettings& bucket, remote::StoreQuestion question,
                      std::promise<remote::StoreOutcome> answer) {
  if (interrupted_) return answer.set_value(interrupted());
  const std::uint64_t id = ++last_;
  Open& open = open_[id];
  open.answer = std::move(answer);
  open.question =
      client_.ask(stores_.access(bucket), std::move(question), [this, id](auto outcome) {
        open_.extract(id).mapped().answer.set_value(std::move(outcome));
      });
}

void StoreDesk::interrupt() {
  interrupted_ = true;
  for (auto& [id, open] : std::exchange(open_, {})) {
    client_.cancel(open.question);
    open.answer.set_value(interrupted());
  }
}

}  // namespace xget::api
