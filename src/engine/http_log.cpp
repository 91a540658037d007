#include "engine/http_log.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::engine {
namespace {

std::string words_for(const core::Validators& validators) {
  if (!validators.strong_etag.empty()) return "ETag " + validators.strong_etag;
  if (!validators.last_modified.empty()) {
    return "Last-Modified " + validators.last_modified +
           (validators.last_modified_is_strong ? "" : " (weak)");
  }
  if (!validators.weak_etag.empty()) return "weak ETag " + validators.weak_etag;
  return "no validator";
}

std::string words_for(const core::Offer& offer) {
  const auto& size = offer.representation.size;
  std::string text =
      offer.whole ? "all of it" : "bytes from " + std::to_string(offer.granted.begin);
  if (!offer.whole && offer.granted.end != kUnknownEnd) {
    text += " to " + std::to_string(offer.granted.end);
  }
  return text + " of " + (size ? std::to_string(*size) : "unknown size");
}

std::string words_for(const core::ConnectionFacts& facts) {
  std::string text = facts.remote_address.empty() ? "" : " from " + facts.remote_address;
  text += facts.reused ? ", connection used again"
                       : ", new connection in " + format_duration(facts.connect_time);
  return text + ", first byte after " + format_duration(facts.first_byte_time);
}

}  // namespace

void log_addresses(const std::string& host, const std::vector<std::string>& addresses) {
  if (!log::enabled(log::Level::Debug)) return;
  std::string text = host + " has the addresses";
  for (const std::string& address : addresses) text += " " + address;
  log::debug(text);
}

void log_request(const core::HttpRequest& request) {
  if (!log::enabled(log::Level::Trace)) return;
  std::string text = "GET " + net::without_secrets(request.url);
  for (const core::Header& header : request.headers) {
    if (equals_ignoring_case(header.name, "Range")) text += ", " + header.value;
  }
  if (!request.pinned_address.empty()) text += ", at " + request.pinned_address;
  if (!request.proxy.empty()) text += ", by way of " + net::without_secrets(request.proxy);
  log::trace(text);
}

void log_answer(const core::Offer& offer, const core::ConnectionFacts& facts) {
  if (!log::enabled(log::Level::Debug)) return;
  log::debug(offer.final_url + " gives " + words_for(offer) + ", " +
             words_for(offer.representation.validators) + words_for(facts));
}

void log_lost(const net::Url& url, const core::TransferEnd& end) {
  log::debug("no answer from " + url.origin.host + ": " + end.cause);
}

}  // namespace xget::engine
