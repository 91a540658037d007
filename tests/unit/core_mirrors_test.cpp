// Which mirrors may be asked.
#include <catch2/catch.hpp>

#include "core/mirrors.hpp"

using namespace xget;
using namespace xget::core;
using std::chrono::seconds;

namespace {

struct Three {
  Three() {
    for (int i = 0; i < 3; ++i) mirrors.add({}, std::make_unique<FixedConnections>(4), now);
  }
  [[nodiscard]] MirrorId next() const { return mirrors.next_turn(now)->mirror; }

  Mirrors mirrors;
  Instant now = Instant{} + seconds(100);
};

}  // namespace

TEST_CASE_METHOD(Three, "The first that may be asked is asked first") {
  CHECK(next() == 0);
  mirrors.rest_until(0, now + seconds(5));
  CHECK(next() == 1);
  mirrors.rest_until(1, now + seconds(1));
  mirrors.rest_until(2, now + seconds(9));
  CHECK(next() == 1);
  CHECK(mirrors.next_turn(now)->at == now + seconds(1));
  now += seconds(5);
  CHECK(next() == 0);
}

TEST_CASE_METHOD(Three, "Where waiting helps with none of them, nobody is next") {
  for (MirrorId id = 0; id < 3; ++id) mirrors.at(id).hopeless = true;
  CHECK_FALSE(mirrors.next_turn(now));
  CHECK_FALSE(mirrors.others_left(0));
}

TEST_CASE_METHOD(Three, "A rest grows with each failure, up to ten minutes") {
  Duration before{};
  for (int i = 0; i < 8; ++i) {
    mirrors.rest(1, Duration::zero(), now);
    CHECK(mirrors.at(1).back_at - now > before);
    before = mirrors.at(1).back_at - now;
  }
  for (int i = 0; i < 100; ++i) mirrors.rest(1, Duration::zero(), now);
  CHECK(mirrors.at(1).back_at - now == Mirrors::kLongestRest);
}

TEST_CASE_METHOD(Three, "One with other bytes may have those of the next version") {
  mirrors.admit(0);
  mirrors.expel(1);
  CHECK_FALSE(mirrors.next_to_compare(now) == 1);
  mirrors.forget_version();
  mirrors.admit(2);
  CHECK(mirrors.ready() == std::vector<MirrorId>{2});
  mirrors.begin_comparing(0);
  CHECK(mirrors.next_to_compare(now) == 1);
}

TEST_CASE_METHOD(Three, "One that is proved to lie is never asked again") {
  mirrors.admit(0);
  mirrors.ban(0);
  mirrors.expel(1);
  mirrors.forgive();
  CHECK(mirrors.at(1).standing == Standing::Unknown);
  mirrors.forget_version();
  CHECK(next() == 1);
  CHECK(mirrors.at(0).standing == Standing::Unfit);
}

TEST_CASE_METHOD(Three,
                 "Where no digest will tell, those that the server alone names are done with") {
  mirrors.at(2).stranger = true;
  mirrors.ban_strangers();
  mirrors.forgive();
  mirrors.forget_version();
  CHECK(mirrors.others_left(0));
  mirrors.expel(1);
  CHECK_FALSE(mirrors.others_left(0));
}

TEST_CASE_METHOD(Three, "The job waits as long as the last of them that brought a byte") {
  const Instant first = *mirrors.deadline();
  now += seconds(10);
  mirrors.on_progress(2, 4096, now);
  CHECK(*mirrors.deadline() == first + seconds(10) + seconds(0));
  CHECK_FALSE(mirrors.past_deadline(now));
}
