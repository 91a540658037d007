#include <catch2/catch.hpp>

#include "cli/doctor_findings.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

AddressCheck good(const std::string& address) {
  return {.address = address, .connected = Milliseconds(12), .tls = "TLSv1.3", .status = 206};
}
AddressCheck dead(const std::string& address) {
  return {.address = address, .problem = "the server cannot be reached (No route to host)"};
}

HostCheck check_of(std::vector<AddressCheck> checks) {
  HostCheck check{.host = "example.org", .tls = true, .lookup = Milliseconds(3)};
  for (const AddressCheck& one : checks) check.found.push_back(one.address);
  check.checks = std::move(checks);
  return check;
}

std::vector<Finding> about(const std::vector<Finding>& findings, const std::string& what) {
  std::vector<Finding> some;
  for (const Finding& finding : findings) {
    if (finding.about == what) some.push_back(finding);
  }
  return some;
}

}  // namespace

TEST_CASE("each address is told with its time, its TLS and its answer") {
  const auto found = host_findings(check_of({good("192.0.2.1")}), false);
  REQUIRE(found.size() == 4);
  CHECK(finding_text(found[1]) == "  ok    name:       example.org has 1 address, found in 3 ms\n");
  CHECK(finding_text(found[2]) ==
        "  ok    address:    192.0.2.1: connected in 12 ms, TLSv1.3, HTTP answer 206\n");
  CHECK(finding_text(found[3]) == "  ok    tls:        the certificate is valid for example.org\n");
}

TEST_CASE("a dead address keeps nobody from downloading while another one answers") {
  const auto some =
      about(host_findings(check_of({good("192.0.2.1"), dead("2001:db8::1")}), false), "address");
  CHECK(some[0].health == Health::Good);
  CHECK(some[1].health == Health::Doubtful);
  CHECK_FALSE(some[1].remedy.empty());
  const auto all = host_findings(check_of({dead("192.0.2.1"), dead("2001:db8::1")}), false);
  CHECK(about(all, "address")[0].health == Health::Bad);
  CHECK(about(all, "tls").empty());  // nobody has shown a certificate
}

TEST_CASE("behind a proxy no name is looked up here") {
  HostCheck check{.host = "example.org", .proxy = "http://proxy:3128"};
  check.checks.push_back(good(""));
  const auto found = host_findings(check, false);
  CHECK(found[0].text == "through http://proxy:3128");
  CHECK(about(found, "name").empty());
  CHECK(about(found, "address")[0].text == "connected in 12 ms, TLSv1.3, HTTP answer 206");
}

TEST_CASE("what resuming rests on is good where it is a proof") {
  Planned planned{.url = "https://a/file", .size = 100, .ranges = true, .etag = "\"x\""};
  planned.proof = Proof::StrongValidator;
  planned.rests_on = "ETag \"x\"";
  auto found = resource_findings(planned);
  CHECK(about(found, "resuming")[0].text == "rests on ETag \"x\"");
  for (const Finding& finding : found) CHECK(finding.health == Health::Good);

  planned.proof = Proof::OneResponse;
  CHECK(about(resource_findings(planned), "resuming")[0].health == Health::Doubtful);
  planned.ranges = false;
  found = resource_findings(planned);
  CHECK(about(found, "resuming")[0].text == "impossible without ranges");
  CHECK(about(found, "ranges")[0].health == Health::Doubtful);
}

TEST_CASE("a finding is a line of JSON for programs") {
  CHECK(finding_json({Health::Bad, "answer", "no", "check the URL"}, "https://a/file") ==
        R"({"v":1,"url":"https://a/file","about":"answer","health":"bad","text":"no",)"
        R"("remedy":"check the URL"})"
        "\n");
}
