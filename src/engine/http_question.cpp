#include "engine/http_question.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace xget::engine {
namespace {

std::string range_value(ByteRange range) {
  std::string value = "bytes=" + std::to_string(range.begin) + "-";
  if (range.end != kUnknownEnd) value += std::to_string(range.end - 1);
  return value;
}

bool is_named(const std::vector<core::Header>& headers, const std::string& name) {
  return std::any_of(headers.begin(), headers.end(), [&](const core::Header& header) {
    return equals_ignoring_case(header.name, name);
  });
}

// What the user gave may be a secret, and belongs to the origin it was given for, or to the host.
std::vector<core::Header> headers_given(const HttpQuestion& question,
                                        const HttpSourceSettings& settings) {
  const net::Origin& origin = question.url.origin;
  std::vector<core::Header> given;
  if (!question.login.empty()) {  // RFC 7617
    given.push_back(
        {"Authorization", "Basic " + to_base64(std::as_bytes(std::span(question.login)))});
  }
  if (!settings.user_agent.empty()) given.push_back({"User-Agent", settings.user_agent});
  const bool at_home = origin == settings.home();
  if (at_home && !settings.referer.empty()) given.push_back({"Referer", settings.referer});
  if (at_home) given.insert(given.end(), settings.headers.begin(), settings.headers.end());
  if (!settings.hosts || settings.goes_in_the_open(origin)) return given;
  std::vector<core::Header> more = settings.hosts->headers(origin);
  std::erase_if(more, [&](const core::Header& header) { return is_named(given, header.name); });
  given.insert(given.end(), more.begin(), more.end());
  return given;
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
  if (question.unless_unchanged) headers.push_back(*question.unless_unchanged);
  std::vector<core::Header> given = headers_given(question, settings);
  headers.insert(headers.end(), std::make_move_iterator(given.begin()),
                 std::make_move_iterator(given.end()));
  return headers;
}

}  // namespace

void take_way(core::HttpRequest& request, const net::Url& url, const HttpSourceSettings& settings) {
  request.proxy = settings.proxy_for(url);
  request.proxy_auth = settings.proxy_auth_for(url);
  if (request.proxy.empty()) {
    request.connect_to = net::connect_to_rule(settings.connect_to, url.origin);
  }
}

core::HttpRequest request_for(const HttpQuestion& question, const HttpSourceSettings& settings) {
  core::HttpRequest request;
  request.url = question.url.text;
  request.headers = headers_for(question, settings);
  take_way(request, question.url, settings);
  request.http2 = settings.http2 == Http2::Always ||
                  (settings.http2 == Http2::Probes && !question.spec.expected);
  return request;
}

}  // namespace xget::engine
