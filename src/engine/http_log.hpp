// What -vv and -vvv tell of requests and their answers. Nothing of it is a secret: of the headers
// only the range is shown, and of URLs what may be.
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "core/ports.hpp"
#include "core/source.hpp"
#include "net/url.hpp"

namespace xget::engine {

void log_addresses(const std::string& host, const std::vector<std::string>& addresses);
void log_request(const core::HttpRequest& request);
// An answer that was judged usable.
void log_answer(const core::Offer& offer, const core::ConnectionFacts& facts);
// A request that had no answer.
void log_lost(const net::Url& url, const core::TransferEnd& end);

}  // namespace xget::engine
