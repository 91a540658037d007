// Signs requests with remote/, so that other implementations can be asked whether they agree: each
// line of standard input is a request in JSON, each line of standard output what becomes of it.
// Keys, parameters and bodies' digests come in hex, as they may be any bytes.
//
//   {"endpoint": {"url", "region", "hosted"}, "bucket", "key", "method", "query": [[name, value]],
//    "headers": [[name, value]], "payload": "…" or null (unhashed), "id", "secret", "token",
//    "time": seconds since 1970, "lifetime": seconds (absent: by header fields)}
//   {"url", "headers": {name: value}}  or  {"error"}
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/encoding.hpp"
#include "remote/signature.hpp"

using namespace xget;
using namespace xget::remote;
using Json = nlohmann::json;

namespace {

std::string bytes_in(const Json& hex) {
  const auto bytes = parse_hex(hex.get<std::string>()).value();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Payload payload_in(const Json& hex, Scheme scheme) {
  if (hex.is_null()) return Payload::unhashed(scheme).value();
  const auto bytes = parse_hex(hex.get<std::string>()).value();
  Sha256 digest{};
  std::copy_n(bytes.begin(), digest.size(), digest.begin());
  return Payload::hashed(digest);
}

EndpointSettings endpoint_in(const Json& line) {
  const Json& given = line["endpoint"];
  EndpointSettings settings;
  settings.url = given["url"];
  settings.region = given["region"];
  if (!given["hosted"].is_null()) {
    settings.path_style = given["hosted"].get<bool>() ? PathStyle::Off : PathStyle::On;
  }
  return settings;
}

RequestToSign request_in(const Json& line, Place place) {
  RequestToSign request;
  request.method = line["method"];
  request.place = std::move(place);
  for (const Json& pair : line["query"]) {
    request.query.push_back({bytes_in(pair[0]), bytes_in(pair[1])});
  }
  for (const Json& pair : line["headers"]) request.headers.push_back({pair[0], pair[1]});
  request.payload = payload_in(line["payload"], request.place.scheme);
  return request;
}

Json signed_line(const Json& line) {
  const EndpointSettings settings = endpoint_in(line);
  auto place = place_of(settings, line["bucket"].get<std::string>(), bytes_in(line["key"]));
  if (!place) return {{"error", to_string(place.error())}};
  const RequestToSign request = request_in(line, *std::move(place));
  const Signer signer{{line["id"], line["secret"], line["token"]}, signing_region(settings), ""};
  const WallTime now{std::chrono::seconds(line["time"].get<long>())};
  if (line.contains("lifetime")) {
    const auto url =
        presigned_url(request, signer, now, std::chrono::seconds(line["lifetime"].get<long>()));
    if (!url) return {{"error", to_string(url.error())}};
    return {{"url", *url}, {"headers", Json::object()}};
  }
  Json headers = Json::object();
  for (const core::Header& header : signature_headers(request, signer, now)) {
    headers[header.name] = header.value;
  }
  return {{"url", url_of(request.place, encoded_query(request.place.store, request.query))},
          {"headers", headers}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << signed_line(Json::parse(line)).dump() << '\n';
  }
}
