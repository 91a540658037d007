// Redirects: wherever a server leads, what the user gave for one origin is sent to that origin
// alone, and never over a connection less safe than the one before.
//
// Each line of the input answers one request: "> LOCATION" is a redirect, "+" the file, anything
// else a status. Lines run out: the last request is left unanswered.
#include "base/text.hpp"
#include "base/units.hpp"
#include "engine/http_source.hpp"
#include "fuzz/fuzz_input.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using fuzz::require;

namespace {

constexpr std::string_view kCanary = "KANARIE";
constexpr std::size_t kMostRedirects = 10;
constexpr std::uint64_t kSize = 1000;

// Every host has one address.
class OneAddress final : public core::Resolver {
 public:
  using Done = std::function<void(Result<std::vector<std::string>>)>;

  core::LookupId resolve(const std::string&, Done done) override {
    waiting_ = std::move(done);
    return 1;
  }
  void cancel(core::LookupId) override { waiting_ = nullptr; }
  void run() {
    if (auto done = std::exchange(waiting_, nullptr)) {
      done(std::vector<std::string>{"192.0.2.1"});
    }
  }

 private:
  Done waiting_;
};

struct Listener final : core::SourceListener {
  bool on_offer(core::FetchId, const core::Offer& offer) override {
    require(offer.final_url.find(kCanary) == std::string::npos, "no secret is in what is stored");
    return true;
  }
  core::Flow on_bytes(core::FetchId, std::span<const std::byte>) override {
    return core::Flow::Continue;
  }
  void on_fetch_end(core::FetchId, const core::FetchEnd& end) override {
    ended = true;
    const bool shown = end.failure && end.failure->cause.find(kCanary) != std::string::npos;
    require(!shown, "no secret is in an error");
  }
  bool ended = false;
};

engine::HttpSourceSettings settings(const net::Url& url) {
  engine::HttpSourceSettings settings;
  settings.url = url;
  settings.headers = {{"Cookie", std::string(kCanary)}, {"X-Api-Key", std::string(kCanary)}};
  settings.user_password = "me:" + std::string(kCanary);
  settings.referer = "https://h/?" + std::string(kCanary);
  settings.proxy = "none";
  return settings;
}

// Whether anything that the user gave goes along. Credentials are in base64 there.
bool carries_gifts(const core::HttpRequest& request) {
  bool found = false;
  for (const core::Header& header : request.headers) {
    found = found || header.value.find(kCanary) != std::string::npos ||
            equals_ignoring_case(header.name, "Authorization");
  }
  return found;
}

void check_request(const core::HttpRequest& request, const net::Url& given) {
  const auto url = net::parse_url(request.url);
  require(url.has_value(), "what is requested is a URL");
  require(carries_gifts(request) == (url->origin == given.origin),
          "what the user gave goes to its own origin and no other");
  require(given.origin.scheme == "http" || url->origin.scheme == "https",
          "https never leads down to http");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  if (input.left().find(kCanary) != std::string_view::npos) return 0;  // not the user's secret
  const auto given = net::parse_url(input.line());
  if (!given) return 0;
  test::FakeClock clock;
  OneAddress resolver;
  test::FakeTransport transport;
  Listener listener;
  engine::HttpSource source(settings(*given), transport, resolver, clock);
  source.fetch({{0, kUnknownEnd}, std::nullopt}, listener);
  resolver.run();
  std::size_t requests = 0;
  while (!listener.ended && transport.newest() != 0) {
    const core::RequestId id = transport.newest();
    check_request(transport.request(id), *given);
    // Asked once more without a range, each way may be gone twice.
    require(++requests <= 2 * (kMostRedirects + 1), "redirects come to an end");
    if (input.empty()) break;
    const auto answer = input.line();
    if (answer.starts_with("> ")) {
      transport.head(id, 302, {{"Location", std::string(answer.substr(2))}});
    } else if (answer == "+") {
      transport.head(id, 206, {{"Content-Range", "bytes 0-999/1000"}});
      if (!listener.ended) transport.body(id, kSize);
      transport.end(id, core::TransferStatus::Ok);
    } else {
      transport.head(id, static_cast<int>(parse_u64(answer).value_or(500) % 1000), {});
    }
    resolver.run();
  }
  return 0;
}
