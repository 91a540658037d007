#include "xget/host_check.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "api/check_options.hpp"
#include "api/credential_files.hpp"
#include "api/job_request.hpp"
#include "api/network_settings.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "engine/http_question.hpp"
#include "engine/login.hpp"
#include "net/loop.hpp"
#include "net/system_clock.hpp"

namespace xget {
namespace {

Milliseconds in_milliseconds(Duration time) { return std::chrono::ceil<Milliseconds>(time); }

// Requests that run at the same time, and what came of each.
class Trials final : private core::TransferListener {
 public:
  explicit Trials(core::Transport& transport) : transport_(transport) {}
  ~Trials() override {
    for (const auto& [request, trial] : running_) transport_.cancel(request);
  }
  Trials(const Trials&) = delete;
  Trials& operator=(const Trials&) = delete;

  void start(const core::HttpRequest& request) {
    running_[transport_.start(request, *this)] = checks_.size();
    checks_.push_back({.address = request.pinned_address});
  }
  [[nodiscard]] bool all_ended() const { return running_.empty(); }

  // What is still under way has not answered in `time`.
  std::vector<AddressCheck> end(Duration time) {
    for (const auto& [request, trial] : running_) {
      transport_.cancel(request);
      AddressCheck& check = checks_[trial];
      if (!check.connected) check.problem = "no answer in " + format_duration(time);
    }
    running_.clear();
    return std::move(checks_);
  }

 private:
  core::HeadVerdict on_head(core::RequestId id, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override {
    AddressCheck& check = checks_[running_.at(id)];
    check.connected = in_milliseconds(facts.connect_time);
    check.tls = facts.tls;
    check.status = head.status;
    return core::HeadVerdict::Refuse;
  }
  core::Flow on_body(core::RequestId, std::span<const std::byte>) override {
    return core::Flow::Stop;
  }
  void on_transfer_end(core::RequestId id, const core::TransferEnd& end) override {
    AddressCheck& check = checks_[running_.extract(id).mapped()];
    if (!check.connected) check.problem = end.cause.empty() ? "no answer" : end.cause;
  }

  core::Transport& transport_;
  std::map<core::RequestId, std::size_t> running_;  // and their places
  std::vector<AddressCheck> checks_;
};

// One host's check, step by step, in the calling thread.
class Checkup {
 public:
  Checkup(const engine::HttpSourceSettings& source, const Options& options,
          std::optional<std::vector<std::string>> cookies)
      : source_(source),
        options_(options),
        loop_(clock_, api::transport_settings(options, std::move(cookies)),
              api::resolver_settings(options)) {}

  HostCheck run() {
    const net::Origin& origin = source_.url.origin;
    HostCheck result{.host = printable(origin.host),
                     .url = net::without_secrets(source_.url.text),
                     .proxy = net::without_secrets(source_.proxy_for(source_.url)),
                     .tls = origin.scheme == "https",
                     .rule = !net::connect_to_rule(source_.connect_to, origin).empty()};
    if (result.proxy.empty() && !result.rule) {
      look_up(result);
    } else {
      result.checks = try_addresses({""});
    }
    if (!result.found.empty()) result.checks = try_addresses(result.found);
    return result;
  }

 private:
  void look_up(HostCheck& result) {
    const Instant begun = clock_.now();
    const Instant until = begun + options_.connect_timeout;
    std::optional<Result<std::vector<std::string>>> answer;
    const auto lookup = loop_.resolver().resolve(
        source_.url.origin.host,
        [&](Result<std::vector<std::string>> found) { answer = std::move(found); });
    while (!answer && clock_.now() < until) loop_.poll(until);
    if (!answer) {
      loop_.resolver().cancel(lookup);
      result.lookup_problem = "no name server answered in " + format_duration(until - begun);
    } else if (!*answer) {
      result.lookup_problem = answer->error().cause;
    } else {
      result.lookup = in_milliseconds(clock_.now() - begun);
      result.found = **std::move(answer);
    }
  }

  // Empty: wherever the request leads.
  std::vector<AddressCheck> try_addresses(const std::vector<std::string>& addresses) {
    const core::FetchSpec first_byte{.range = {0, 1}, .expected = std::nullopt};
    core::HttpRequest request = engine::request_for(
        {.url = source_.url, .login = engine::login_for(source_.url, source_), .spec = first_byte},
        source_);
    Trials trials(loop_.transport());
    for (std::size_t i = 0; i < std::min(addresses.size(), kMostAddressChecks); ++i) {
      request.pinned_address = addresses[i];
      trials.start(request);
    }
    const Duration longest = options_.connect_timeout + options_.stall_timeout;
    const Instant until = clock_.now() + longest;
    while (!trials.all_ended() && clock_.now() < until) loop_.poll(until);
    return trials.end(longest);
  }

  const engine::HttpSourceSettings& source_;
  const Options& options_;
  net::SystemClock clock_;
  net::Loop loop_;
};

}  // namespace

Result<HostCheck> check_host(const JobSpec& spec, const Options& options) {
  if (auto sound = api::check_options(options); !sound) return fail(std::move(sound.error()));
  auto credentials = api::read_credential_files(options);
  if (!credentials) return fail(std::move(credentials.error()));
  auto request =
      api::prepare(spec, options, {.netrc = std::move(credentials->netrc), .stores = nullptr});
  if (!request) return fail(std::move(request.error()));
  return Checkup(request->source, options, std::move(credentials->cookies)).run();
}

}  // namespace xget
