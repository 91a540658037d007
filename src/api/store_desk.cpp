#include "api/store_desk.hpp"

#include <utility>

namespace xget::api {
namespace {

Error interrupted() {
  return {.code = ErrorCode::Interrupted, .operation = "", .subject = "", .cause = "interrupted"};
}

remote::StoreOutcome interrupted_outcome() {
  return tl::unexpected<remote::StoreFailure>(
      {.error = interrupted(), .trouble = remote::StoreTrouble::Final, .may_be_done = true});
}

}  // namespace

std::future<remote::StoreOutcome> StoreDesk::ask(const remote::BucketSettings& bucket,
                                                 remote::StoreQuestion question) {
  auto answer = std::make_shared<std::promise<remote::StoreOutcome>>();
  auto future = answer->get_future();
  on_loop_([this, bucket, question = std::move(question), answer]() mutable {
    begin(bucket, std::move(question), answer);
  });
  return future;
}

void StoreDesk::begin(const remote::BucketSettings& bucket, remote::StoreQuestion question,
                      const Answer<remote::StoreOutcome>& answer) {
  if (interrupted_) return answer->set_value(interrupted_outcome());
  const std::uint64_t id = ++last_;
  const auto asked =
      client_.ask(stores_.access(bucket), std::move(question), [this, id, answer](auto outcome) {
        open_.erase(id);
        answer->set_value(std::move(outcome));
      });
  open_[id] = [this, asked, answer] {
    client_.cancel(asked);
    answer->set_value(interrupted_outcome());
  };
}

std::future<Result<PresignedUrl>> StoreDesk::presign(const remote::BucketSettings& bucket,
                                                     const remote::BucketQuestion& question,
                                                     std::chrono::seconds lifetime) {
  auto answer = std::make_shared<std::promise<Result<PresignedUrl>>>();
  auto future = answer->get_future();
  on_loop_([this, bucket, question, lifetime, answer] {
    begin_presigning(bucket, question, lifetime, answer);
  });
  return future;
}

void StoreDesk::begin_presigning(const remote::BucketSettings& bucket,
                                 const remote::BucketQuestion& question,
                                 std::chrono::seconds lifetime,
                                 const Answer<Result<PresignedUrl>>& answer) {
  if (interrupted_) return answer->set_value(fail(interrupted()));
  const std::uint64_t id = ++last_;
  open_[id] = [answer] { answer->set_value(fail(interrupted())); };
  const auto access = stores_.access(bucket);
  const auto sign = [this, id, access, question, lifetime, answer](const Result<void>& fetched) {
    if (open_.erase(id) == 0) return;  // interrupted meanwhile
    answer->set_value(fetched ? access->presigned_url(question, lifetime) : fail(fetched.error()));
  };
  if (access->have_credentials(sign)) sign({});
}

void StoreDesk::interrupt() {
  interrupted_ = true;
  for (const auto& [id, end] : std::exchange(open_, {})) end();
}

}  // namespace xget::api
