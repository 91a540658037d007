// A limit for each host: the same one for all, or another one for some.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace xget::core {

template <typename Value>
class PerHost {
 public:
  using Own = std::function<std::optional<Value>(const std::string& host)>;

  // What `own` says of a host goes before `all`.
  PerHost(Value all, Own own = nullptr) : all_(all), own_(std::move(own)) {}

  [[nodiscard]] Value at(const std::string& host) const {
    return own_ ? own_(host).value_or(all_) : all_;
  }

 private:
  Value all_;
  Own own_;
};

}  // namespace xget::core
