#include "engine/http_question.hpp"

#include <span>
#include <vector>

#include "base/encoding.hpp"

namespace xget::engine {
namespace {

std::string range_value(ByteRange range) {
  std::string value = "bytes=" + std::to_string(range.begin) + "-";
  if (range.end != kUnknownEnd) value += std::to_string(range.end - 1);
  return value;
}

std::vector<core::Header> headers_for(const HttpQuestion& question,
                                      const HttpSourceSettings& settings) {
  // RFC 9110 14.1.2: ranges are of the coded representation, so none is asked for.
  std::vector<core::Header> headers = {{"Accept", "*/*"}, {"Accept-Encoding", "identity"}};
  if (question.ranged) headers.push_back({"Range", range_value(question.spec.range)});
  if (question.ranged && question.conditional) {
    const auto condition = core::if_range_value(question.spec.expected->validators);
    if (condition) headers.push_back({"If-Range", *condition});
  }
  if (!question.login.empty()) {  // RFC 7617
    headers.push_back(
        {"Authorization", "Basic " + to_base64(std::as_bytes(std::span(question.login)))});
  }
  // What the user gave may be a secret, and belongs to the origin it was given for.
  const bool at_home = question.url.origin == settings.home();
  if (at_home && !settings.referer.empty()) headers.push_back({"Referer", settings.referer});
  if (at_home) headers.insert(headers.end(), settings.headers.begin(), settings.headers.end());
  return headers;
}

}  // namespace

core::HttpRequest request_for(const HttpQuestion& question, const HttpSourceSettings& settings) {
  core::HttpRequest request;
  request.url = question.url.text;
  request.headers = headers_for(question, settings);
  request.proxy = net::choose_proxy(question.url, settings.proxy, settings.proxy_environment);
  if (request.proxy.empty()) {
    request.connect_to = net::connect_to_rule(settings.connect_to, question.url.origin);
  }
  request.http2 = settings.http2;
  return request;
}

}  // namespace xget::engine
