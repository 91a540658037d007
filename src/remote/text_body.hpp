// A document as the body of a request.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "core/ports.hpp"

namespace xget::remote {

class TextBody final : public core::RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const auto count = std::min<std::uint64_t>(into.size(), text_.size() - offset);
    std::memcpy(into.data(), text_.data() + offset, static_cast<std::size_t>(count));
    return static_cast<std::size_t>(count);
  }

 private:
  std::string text_;
};

}  // namespace xget::remote
