// Credentials that are there, or come when a test says so.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "remote/credentials_source.hpp"

namespace xget::test {

class FakeCredentials final : public remote::CredentialsSource {
 public:
  const remote::Credentials* at(WallTime) override { return known ? &*known : nullptr; }
  void fetch(std::function<void(Result<void>)> done) override {
    waiting.push_back(std::move(done));
  }
  void come(const Result<void>& how) {
    if (how) known = {{"AK", "SK", ""}};
    for (const auto& done : std::exchange(waiting, {})) done(how);
  }

  std::optional<remote::Credentials> known{{"AK", "SK", ""}};
  std::vector<std::function<void(Result<void>)>> waiting;
};

}  // namespace xget::test
