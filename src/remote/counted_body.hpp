// A body of which one sees how much was sent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/ports.hpp"

namespace xget::remote {

class CountedBody final : public core::RequestBody {
 public:
  explicit CountedBody(std::shared_ptr<core::RequestBody> body) : body_(std::move(body)) {}

  [[nodiscard]] std::uint64_t size() const override { return body_->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    auto read = body_->read_at(offset, into);
    if (read) sent_ = std::max(sent_, offset + *read);
    return read;
  }

  // Bytes that were read: the furthest, so that what is sent twice counts once.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  std::shared_ptr<core::RequestBody> body_;
  std::uint64_t sent_ = 0;
};

}  // namespace xget::remote
