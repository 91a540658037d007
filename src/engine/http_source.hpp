// HttpSource: a resource behind an http or https URL, as a Source.
//
// One fetch is a chain: name → addresses → race of pinned requests → judged head → redirect or
// offer → body. Redirects are followed here, hop by hop: each is judged, stripped of what belongs
// to another origin, resolved and pinned like any first request. Where they led is remembered for
// the next fetch until start_over().
//
// Thread: loop. Uses nothing but ports, so the simulator runs it as it is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/address_race.hpp"
#include "core/judge.hpp"
#include "core/ports.hpp"
#include "core/source.hpp"
#include "engine/address_use.hpp"
#include "engine/host_rules.hpp"
#include "formats/netrc.hpp"
#include "net/connect_to.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"

namespace xget::engine {

// Which requests may use HTTP/2, and so share a connection with others to their server.
enum class Http2 {
  Never,   // each segment has a TCP connection of its own
  Probes,  // those for the whole: of many small files each is one
  Always,
};

struct HttpSourceSettings {
  net::Url url;      // as the user gave it
  std::string name;  // by which it is shown and recorded; empty: the URL without secrets
  std::vector<core::Header> headers;            // for the home origin alone
  std::string user_password;                    // likewise; empty: none
  std::shared_ptr<const formats::Netrc> netrc;  // logins for any host on the way; may be null
  bool netrc_everywhere = true;                 // where no rule says otherwise
  std::shared_ptr<const HostRules> hosts;       // null: none
  std::string referer;
  std::string user_agent;  // empty: the transport's
  // The origin that headers, user_password, referer and the netrc's default were given for: that of
  // another URL, which led to this one, or of none ({}). nullopt: that of `url`.
  std::optional<net::Origin> given_for;
  std::optional<std::uint64_t> size;  // bytes that the resource must have; nullopt: nobody said
  std::vector<net::ConnectTo> connect_to;
  std::string proxy;  // option; empty: the environment decides
  net::ProxyEnvironment proxy_environment;
  ProxyAuth proxy_auth = ProxyAuth::Any;  // where no rule says otherwise
  bool allow_downgrade = false;
  Http2 http2 = Http2::Never;
  // What the requests go through on their way to the transport. Null: nothing.
  std::function<std::unique_ptr<core::Transport>(core::Transport& wire)> over;

  // Empty: none.
  [[nodiscard]] std::string proxy_for(const net::Url& hop) const;
  [[nodiscard]] ProxyAuth proxy_auth_for(const net::Url& hop) const;
  // What is secret does not go there: the first URL was https, and this one is not.
  [[nodiscard]] bool goes_in_the_open(const net::Origin& hop) const {
    return home().scheme == "https" && hop.scheme == "http";
  }
  [[nodiscard]] const net::Origin& home() const { return given_for ? *given_for : url.origin; }
};

class HttpSource final : public core::Source, private core::TransferListener {
 public:
  // The ports must outlive it. Destroying it cancels what runs.
  HttpSource(HttpSourceSettings settings, core::Transport& transport, core::Resolver& resolver,
             core::Clock& clock);
  ~HttpSource() override;

  core::FetchId fetch(const core::FetchSpec& spec, core::SourceListener& listener) override;
  void cancel(core::FetchId id, core::CancelCause cause) override;
  void resume(core::FetchId id) override;
  std::optional<core::PathFacts> path(core::FetchId id) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;
  void on_time(Instant now) override;
  void start_over() override;
  Result<void> use_url(const std::string& url) override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::vector<std::string> addresses(const std::string& host) const override {
    return use_.addresses(host);
  }

 private:
  struct Fetch {
    core::FetchSpec spec;
    core::SourceListener* listener = nullptr;
    net::Url url;  // of this hop
    int redirects = 0;
    bool ranged = true;
    bool conditional = false;
    bool fresh = false;  // a kept connection was no good: over a new one
    core::LookupId lookup = 0;
    core::AddressRace race;
    std::vector<std::string> others;  // addresses that are asked next, as a second opinion
    bool asked_elsewhere = false;
    // An answer that leads to another request: that one follows when this one's body has been read
    // away, so that the connection can be used again, or after a while.
    core::RequestId drained = 0;
    Instant drained_by{};
    core::RequestId winner = 0;  // its head was judged usable
    ByteRange granted;
    std::uint64_t delivered = 0;
  };
  using Fetches = std::map<core::FetchId, Fetch>;
  // A request whose fetch has ended but which the transport has not let go of yet.
  static constexpr core::FetchId kNobody = 0;

  core::HeadVerdict on_head(core::RequestId id, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override;
  core::Flow on_body(core::RequestId id, std::span<const std::byte> bytes) override;
  void on_transfer_end(core::RequestId id, const core::TransferEnd& end) override;

  void begin_hop(core::FetchId id, Fetch& fetch);
  core::HeadVerdict hop_once_drained(core::RequestId request, Fetch& fetch);
  void on_resolved(core::FetchId id, const Result<std::vector<std::string>>& answer);
  void begin_race(core::FetchId id, Fetch& fetch);
  void ask_next_address(core::FetchId id, Fetch& fetch);
  void forget(core::RequestId request);
  bool ask_over_fresh_connection(core::FetchId id, core::RequestId request,
                                 const core::TransferEnd& end);
  void attempt_failed(core::FetchId id, core::RequestId request, const core::TransferEnd& end);
  core::HeadVerdict accept(core::FetchId id, core::RequestId request, const core::Usable& usable,
                           const core::ResponseHead& head, const core::ConnectionFacts& facts);
  core::HeadVerdict follow(core::FetchId id, core::RequestId request,
                           const core::Redirect& redirect);
  core::HeadVerdict refuse(core::FetchId id, core::RequestId request, core::Failure failure);
  bool ask_elsewhere(Fetch& fetch, core::RequestId request, const core::Failure& failure);
  bool ask_differently(Fetch& fetch, const core::Failure& failure);
  void on_attempt_end(core::FetchId id, core::RequestId request, const core::TransferEnd& end);
  void body_ended(core::FetchId id, core::RequestId request, const core::TransferEnd& end);
  void blame(core::RequestId request);
  void end_fetch(core::FetchId id, core::FetchEnd end);
  void abandon(Fetch& fetch);
  void release(core::RequestId request);

  [[nodiscard]] bool chooses_address(const Fetch& fetch) const;
  [[nodiscard]] static std::optional<core::Header> unless_unchanged(const Fetch& fetch);
  // The version that this field excepts.
  [[nodiscard]] static std::optional<core::Validators> excepted(const Fetch& fetch);
  [[nodiscard]] std::string login_at(const net::Url& hop) const;
  [[nodiscard]] std::string shown(const net::Url& url) const;
  [[nodiscard]] core::Place place_of(const Fetch& fetch) const;

  HttpSourceSettings settings_;
  const std::unique_ptr<core::Transport> over_;  // null: none
  core::Transport& transport_;
  core::Resolver& resolver_;
  core::Clock& clock_;

  const std::string name_;              // never empty, without secrets
  net::Url start_;                      // the settings' URL, or one to use instead
  std::optional<net::Url> arrived_at_;  // where redirects led
  AddressUse use_;
  bool if_range_works_ = true;
  bool ranges_work_ = true;
  core::FetchId next_id_ = 1;
  Fetches fetches_;
  std::map<core::RequestId, core::FetchId> requests_;
};

}  // namespace xget::engine
