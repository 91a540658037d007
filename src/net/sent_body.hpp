// SentBody: hands what a request sends to libcurl, piece by piece as the connection takes it.
// For net/ alone: this header brings curl.h.
// Thread: loop. Ownership: shares the body with whoever made the request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/ports.hpp"
#include "net/curl_options.hpp"

namespace xget::net {

class SentBody {
 public:
  // Null: the request sends nothing.
  explicit SentBody(std::shared_ptr<core::RequestBody> body) : body_(std::move(body)) {}

  // For CURLOPT_READFUNCTION: how many bytes were put there, or one of libcurl's own words.
  std::size_t read(std::span<std::byte> into);
  // For CURLOPT_SEEKFUNCTION: a connection that was dead already, or a login, makes libcurl send it
  // all again.
  int seek(curl_off_t offset, int whence);

  // libcurl has been told to wait for more; it asks again once it is told to go on.
  [[nodiscard]] bool waits() const { return waits_; }
  // Why it could not be read; then libcurl gives the request up.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  std::shared_ptr<core::RequestBody> body_;
  std::uint64_t offset_ = 0;
  bool waits_ = false;
  std::optional<Error> failure_;
};

// Method and length of what is sent.
void set_method(OptionSetter& options, const core::HttpRequest& request);

}  // namespace xget::net
