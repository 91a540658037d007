// AresResolver: host names to addresses by c-ares, which needs no thread and gives all addresses.
//
// A lookup goes: IP literal → cache (30 s) → hosts file → name servers, each family by itself
// (family_answers.hpp) → getaddrinfo on a helper thread → the last good answer, however old → an
// error. Lookups of one host at a time share one query. What is answered late is in the cache.
// c-ares 1.18 cannot read its configuration again, so a new channel is made when resolv.conf has
// changed or no name server answered; an old channel lives until its queries have ended.
//
// Thread: loop, but for the wake function, which the helper thread calls.
#pragma once

#include <poll.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ports.hpp"
#include "net/address_cache.hpp"
#include "net/family_answers.hpp"
#include "net/system_lookup.hpp"

namespace xget::net {

struct ResolverSettings {
  std::string resolv_conf = "/etc/resolv.conf";
  std::string name_servers;  // "IP:PORT,..." instead of those that resolv_conf names
  bool ask_system = true;    // when the name servers know nothing
  AddressFamily family = AddressFamily::Any;  // no other addresses are given
  Milliseconds query_timeout{1500};           // of the first try; it doubles with each
  int tries = 3;                              // of each name server
  SystemLookup::Function system_lookup = look_up_by_system;
};

class AresResolver final : public core::Resolver {
 public:
  using Addresses = std::vector<std::string>;
  using Done = std::function<void(Result<Addresses>)>;

  // `wake` ends the loop's wait from another thread. Both outlive the resolver.
  AresResolver(core::Clock& clock, std::function<void()> wake, ResolverSettings settings = {});
  ~AresResolver() override;
  AresResolver(const AresResolver&) = delete;
  AresResolver& operator=(const AresResolver&) = delete;

  // Errors are Network: "no such host", "the name servers do not answer" and the like; or Usage:
  // the host is an address of a family that is not allowed.
  core::LookupId resolve(const std::string& host, Done done) override;
  void cancel(core::LookupId id) override;

  // ---- for the Loop -------------------------------------------------------------------------

  // Answers wait to be told: do not wait before the next run().
  [[nodiscard]] bool pending() const { return !answers_.empty(); }
  // Adds the sockets to wait for, and lowers `at_most` to when c-ares must be run again.
  void prepare_wait(std::vector<pollfd>& sockets, Milliseconds& at_most);
  // Reads what arrived, handles what timed out and tells the answers. True if one was told.
  bool run();

 private:
  class Channel;
  struct Waiter {
    core::LookupId id;
    Done done;
  };
  struct Query {
    explicit Query(AddressFamily allowed) : answers(allowed) {}
    std::vector<Waiter> waiters;
    FamilyAnswers answers;
  };
  struct Answer {
    Waiter waiter;
    Result<Addresses> result;
  };

  [[nodiscard]] Result<Addresses> literal(const std::string& host, AddressFamily family) const;
  void keep_allowed(Addresses& addresses) const;
  void ask(const std::string& host);
  Channel* current_channel();
  void take_answer(const std::string& host, AddressFamily family, int status, Addresses addresses);
  void ask_system(const std::string& host);
  void take_system_answers();
  void tell_what_is_there();
  void tell(Query& query, const Result<Addresses>& result);
  void settle(const std::string& host, Result<Addresses> result);
  bool tell_answers();

  core::Clock& clock_;
  ResolverSettings settings_;
  core::LookupId last_id_ = 0;
  AddressCache cache_;
  std::unordered_map<std::string, Query> queries_;  // by host
  std::deque<Answer> answers_;
  std::vector<std::unique_ptr<Channel>> channels_;  // the last one is current
  bool channel_is_stale_ = true;
  std::int64_t resolv_conf_mtime_ns_ = 0;
  SystemLookup system_;
};

}  // namespace xget::net
