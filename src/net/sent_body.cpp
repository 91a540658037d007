#include "net/sent_body.hpp"

#include <cstdio>
#include <limits>

namespace xget::net {
namespace {

const char* name_of(core::Method method) {
  switch (method) {
    case core::Method::Get: return "GET";
    case core::Method::Head: return "HEAD";
    case core::Method::Put: return "PUT";
    case core::Method::Post: return "POST";
    case core::Method::Delete: return "DELETE";
  }
  return "GET";
}

// Some 16 TLS records; libcurl reserves it for each request that sends.
constexpr long kSendBuffer = 256L << 10;

}  // namespace

std::size_t SentBody::read(std::span<std::byte> into) {
  if (!body_) return 0;
  auto count = body_->read_at(offset_, into);
  if (!count) {
    failure_ = std::move(count.error());
    return CURL_READFUNC_ABORT;
  }
  waits_ = *count == 0 && offset_ < body_->size();
  if (waits_) return CURL_READFUNC_PAUSE;
  offset_ += *count;
  return *count;
}

int SentBody::seek(curl_off_t offset, int whence) {
  if (whence != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  offset_ = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

void set_method(OptionSetter& options, const core::HttpRequest& request) {
  using core::Method;
  switch (request.method) {
    case Method::Get: options.set(CURLOPT_HTTPGET, 1L); return;
    case Method::Head: options.set(CURLOPT_NOBODY, 1L); return;
    case Method::Delete:
      options.set(CURLOPT_HTTPGET, 1L);
      options.set(CURLOPT_CUSTOMREQUEST, name_of(request.method));
      return;
    case Method::Put:
    case Method::Post: break;
  }
  // For POST too: libcurl's own way would add a content type of its own.
  options.set(CURLOPT_UPLOAD, 1L);
  options.set(CURLOPT_CUSTOMREQUEST, name_of(request.method));
  const std::uint64_t size = request.body ? request.body->size() : 0;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<curl_off_t>::max());
  options.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(std::min(size, kMost)));
  if (size > 0) options.set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
}

}  // namespace xget::net
