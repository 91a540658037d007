// Happy eyeballs as a function of attempts and time.
#include <catch2/catch.hpp>

#include "core/address_race.hpp"

using namespace xget;
using core::AddressRace;
using core::TransferStatus;
using std::chrono::milliseconds;

namespace {

core::TransferEnd end_with(TransferStatus status) {
  core::TransferEnd end;
  end.status = status;
  return end;
}

std::vector<std::string> order(AddressRace race) {
  std::vector<std::string> taken;
  while (race.any_left()) taken.push_back(race.take_next(Instant{}));
  return taken;
}

}  // namespace

TEST_CASE("The next attempt follows after the interval, and none after the last address") {
  AddressRace race({"192.0.2.1", "192.0.2.2"}, milliseconds(250));
  race.started(1, race.take_next(Instant{}));
  CHECK(race.next_start() == Instant{} + milliseconds(250));
  race.started(2, race.take_next(Instant{} + milliseconds(250)));
  CHECK_FALSE(race.next_start());
}

TEST_CASE("Once one has answered the others are to be cancelled and no attempt follows") {
  AddressRace race({"192.0.2.1", "192.0.2.2", "192.0.2.3"}, milliseconds(250));
  race.started(1, race.take_next(Instant{}));
  race.started(2, race.take_next(Instant{}));
  CHECK(race.won_by(2) == std::vector<core::RequestId>{1});
  CHECK_FALSE(race.any_left());
  CHECK_FALSE(race.next_start());
  CHECK(race.running().at(2) == "192.0.2.2");
}

TEST_CASE("A wrong certificate says more than an address that does not answer, in any order") {
  const auto [first, second] =
      GENERATE(std::pair{TransferStatus::CertificateBad, TransferStatus::ConnectFailed},
               std::pair{TransferStatus::ConnectFailed, TransferStatus::CertificateBad});
  AddressRace race({"192.0.2.1", "192.0.2.2"}, milliseconds(250));
  race.started(1, race.take_next(Instant{}));
  race.started(2, race.take_next(Instant{}));
  race.lost(1, end_with(first));
  race.lost(2, end_with(second));
  CHECK(race.verdict().status == TransferStatus::CertificateBad);
}

TEST_CASE("Behind a proxy there is one attempt, at no address") {
  CHECK(order(AddressRace()) == std::vector<std::string>{""});
}
