// FamilyAnswers: what is told when, and why there is no address.
#include <ares.h>

#include <catch2/catch.hpp>

#include "net/family_answers.hpp"

using namespace xget;
using namespace std::chrono_literals;
using net::FamilyAnswers;

namespace {

const FamilyAnswers::Addresses kIpv4 = {"192.0.2.1", "192.0.2.2"};
const FamilyAnswers::Addresses kIpv6 = {"2001:db8::1"};
constexpr Instant kStart{};

}  // namespace

TEST_CASE("both families are asked for unless one alone is allowed") {
  using Families = std::vector<AddressFamily>;
  CHECK(FamilyAnswers(AddressFamily::Any).families() ==
        Families{AddressFamily::IPv4, AddressFamily::IPv6});
  CHECK(FamilyAnswers(AddressFamily::IPv4).families() == Families{AddressFamily::IPv4});
  CHECK(FamilyAnswers(AddressFamily::IPv6).families() == Families{AddressFamily::IPv6});
}

TEST_CASE("the first family's addresses wait a moment for the other one's") {
  FamilyAnswers answers(AddressFamily::Any);
  CHECK_FALSE(answers.told_by());
  answers.take(AddressFamily::IPv4, ARES_SUCCESS, kIpv4, kStart);
  CHECK_FALSE(answers.complete());
  CHECK(answers.told_by() == kStart + FamilyAnswers::kPatience);
  answers.take(AddressFamily::IPv6, ARES_SUCCESS, kIpv6, kStart + 10ms);
  CHECK(answers.complete());
  CHECK(answers.addresses(true) ==
        FamilyAnswers::Addresses{"2001:db8::1", "192.0.2.1", "192.0.2.2"});
  CHECK(answers.addresses(false) ==
        FamilyAnswers::Addresses{"192.0.2.1", "192.0.2.2", "2001:db8::1"});
}

TEST_CASE("addresses that nothing else is awaited for are told at once") {
  FamilyAnswers one(AddressFamily::IPv4);
  one.take(AddressFamily::IPv4, ARES_SUCCESS, kIpv4, kStart);
  CHECK(one.told_by() == kStart);
  FamilyAnswers second(AddressFamily::Any);
  second.take(AddressFamily::IPv4, ARES_ENODATA, {}, kStart);
  CHECK_FALSE(second.told_by());
  second.take(AddressFamily::IPv6, ARES_SUCCESS, kIpv6, kStart + 1s);
  CHECK(second.told_by() == kStart + 1s);
}

TEST_CASE("a host without addresses says so unless a question failed") {
  const auto failure_of = [](int ipv4, int ipv6) {
    FamilyAnswers answers(AddressFamily::Any);
    answers.take(AddressFamily::IPv4, ipv4, {}, kStart);
    answers.take(AddressFamily::IPv6, ipv6, {}, kStart);
    CHECK_FALSE(answers.told_by());
    return answers.failure();
  };
  CHECK(failure_of(ARES_SUCCESS, ARES_SUCCESS) == ARES_ENODATA);
  CHECK(failure_of(ARES_ENODATA, ARES_ENOTFOUND) == ARES_ENOTFOUND);
  CHECK(failure_of(ARES_ENOTFOUND, ARES_ENOTFOUND) == ARES_ENOTFOUND);
  CHECK(failure_of(ARES_ETIMEOUT, ARES_ENOTFOUND) == ARES_ETIMEOUT);
  CHECK(failure_of(ARES_ENODATA, ARES_ESERVFAIL) == ARES_ESERVFAIL);
}
