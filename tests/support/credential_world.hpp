// What credentials are fetched from in a test: a network, a worker, files and a clock of its own.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <utility>

#include "remote/credential_fetch.hpp"
#include "support/fake_network.hpp"
#include "support/manual_worker.hpp"
#include "support/temporary_folder.hpp"

namespace xget::test {

// At first it is noon of the first day.
class TwoClocks final : public core::Clock {
 public:
  Instant now() override { return now_; }
  WallTime wall_now() override {
    return WallTime(std::chrono::hours(12)) + std::chrono::floor<std::chrono::seconds>(since());
  }
  void pass(Duration duration) { now_ += duration; }

 private:
  [[nodiscard]] Duration since() const { return now_.time_since_epoch(); }
  Instant now_{};
};

struct NoChance final : core::Random {
  std::uint64_t next() override { return 0; }
};

struct CredentialWorld {
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return folder / name;
  }
  // The request that runs is answered; it must be for this URL.
  core::HttpRequest answer(const std::string& url, int status, const std::string& body) {
    const core::RequestId id = wire.newest();
    REQUIRE(id != 0);
    core::HttpRequest request = wire.request(id);
    REQUIRE(request.url == url);
    wire.head(id, status, {});
    if (!body.empty()) wire.body(id, body);
    wire.end(id, core::TransferStatus::Ok);
    return request;
  }
  // Turns the loop of `one` until nothing more is to be done at this time.
  template <typename Turning>
  void turn(Turning& one) {
    for (int turns = 0; turns < 20; ++turns) {
      while (worker.run_one()) {
      }
      one.on_time(clock.now());
    }
  }

  TwoClocks clock;
  FakeTransport wire;
  NoChance random;
  ManualWorker worker;
  TemporaryFolder folder;
  remote::CredentialPorts ports{wire, clock, random, worker};
  engine::HttpSourceSettings way;
};

// STS's answer, good until `end`.
inline std::string role_answer(const std::string& id, const std::string& end) {
  return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>hush</SessionToken>"
         "<Expiration>" +
         end + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

}  // namespace xget::test
