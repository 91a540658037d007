#include "net/ares_resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "net/ip_literal.hpp"

namespace xget::net {
namespace {

void initialise_ares_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) throw std::bad_alloc();
  });
}

// RFC 6761 section 6.3: these names are this machine, whatever a hosts file or a name server says.
bool is_localhost(const std::string& lower) {
  return lower == "localhost" || lower.ends_with(".localhost");
}

// 0 when there is no such file: that is a state of its own, which ends when one appears.
std::int64_t modification_time_ns(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return 0;
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

AresResolver::Addresses addresses_of(const ares_addrinfo* found) {
  AresResolver::Addresses all;
  for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
    const void* raw = node->ai_family == AF_INET6
                          ? static_cast<const void*>(
                                &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_ntop(node->ai_family, raw, text.data(), text.size()) == nullptr) continue;
    if (std::find(all.begin(), all.end(), text.data()) == all.end()) all.emplace_back(text.data());
  }
  return all;
}

bool servers_failed(int status) {
  return status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED || status == ARES_ESERVFAIL ||
         status == ARES_EREFUSED || status == ARES_ENOTIMP || status == ARES_EFORMERR;
}

// A name server's clear word counts more than the system's, which often only knows "not found".
std::string cause_of_failure(int ares_status, int system_failure, AddressFamily family) {
  switch (ares_status) {
    case ARES_ENOTFOUND: return "no such host";
    case ARES_ENODATA:
      return family == AddressFamily::Any
                 ? "the host has no address"
                 : "the host has no " + std::string(to_string(family)) + " address";
    case ARES_EBADNAME:
    case ARES_EBADQUERY: return "not a valid host name";
    default: break;
  }
  switch (system_failure) {
    case 0:
    case EAI_AGAIN: return "the name servers do not answer";
    case EAI_NONAME:
      return servers_failed(ares_status) ? "the name servers do not answer" : "no such host";
    default: return printable(gai_strerror(system_failure));
  }
}

int family_for_system(AddressFamily family) {
  switch (family) {
    case AddressFamily::IPv4: return AF_INET;
    case AddressFamily::IPv6: return AF_INET6;
    case AddressFamily::Any: break;
  }
  return AF_UNSPEC;
}

tl::unexpected<Error> resolve_error(const std::string& host, int ares_status, int system_failure,
                                    AddressFamily family) {
  Error error;
  error.code = ErrorCode::Network;
  error.operation = "resolve";
  error.subject = printable(host);
  error.number = system_failure != 0 ? system_failure : ares_status;
  error.cause = cause_of_failure(ares_status, system_failure, family);
  return fail(std::move(error));
}

}  // namespace

// One c-ares channel and the queries under way on it. Destroyed by its resolver, never from inside
// a callback of its own.
class AresResolver::Channel {
 public:
  // nullptr when c-ares cannot be set up.
  static std::unique_ptr<Channel> create(const ResolverSettings& settings) {
    initialise_ares_once();
    ares_options options{};
    std::string path = settings.resolv_conf;
    options.resolvconf_path = path.data();
    options.timeout = static_cast<int>(settings.query_timeout.count());
    options.tries = settings.tries;
    auto channel = std::make_unique<Channel>();
    if (ares_init_options(&channel->handle_, &options,
                          ARES_OPT_RESOLVCONF | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
        ARES_SUCCESS)
      return nullptr;
    if (!settings.name_servers.empty() &&
        ares_set_servers_ports_csv(channel->handle_, settings.name_servers.c_str()) != ARES_SUCCESS)
      return nullptr;
    return channel;
  }

  Channel() = default;
  ~Channel() {
    if (handle_ != nullptr) ares_destroy(handle_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] bool idle() const { return queries_ == 0; }

  // The answer may come from inside this call.
  void ask(AresResolver& resolver, const std::string& host) {
    ares_addrinfo_hints hints{};
    hints.ai_family = family_for_system(resolver.settings_.family);
    hints.ai_socktype = SOCK_STREAM;
    ++queries_;
    ares_getaddrinfo(handle_, host.c_str(), nullptr, &hints, &Channel::on_answer,
                     new Question{resolver, *this, host});
  }

  void prepare_wait(std::vector<pollfd>& sockets, Milliseconds& at_most) {
    for_each_socket([&](ares_socket_t socket, bool read, bool write) {
      sockets.push_back(
          {socket, static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)), 0});
    });
    // c-ares cuts what is left to whole milliseconds: one more, or the last would be spent
    // spinning.
    timeval room{};
    if (const timeval* left = ares_timeout(handle_, nullptr, &room))
      at_most = std::min(at_most, Milliseconds{left->tv_sec * 1000 + left->tv_usec / 1000 + 1});
  }

  // The sockets do not block, so those without news cost one call that says so.
  void process() {
    for_each_socket([&](ares_socket_t socket, bool read, bool write) {
      ares_process_fd(handle_, read ? socket : ARES_SOCKET_BAD, write ? socket : ARES_SOCKET_BAD);
    });
    ares_process_fd(handle_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what timed out
  }

 private:
  struct Question {
    AresResolver& resolver;
    Channel& channel;
    std::string host;
  };

  static void on_answer(void* argument, int status, int, ares_addrinfo* found) noexcept {
    const std::unique_ptr<Question> question(static_cast<Question*>(argument));
    Addresses addresses;
    if (found != nullptr) {
      addresses = addresses_of(found);
      ares_freeaddrinfo(found);
    }
    --question->channel.queries_;
    if (status == ARES_EDESTRUCTION) return;  // the resolver is going away
    question->resolver.take_ares_answer(question->host, status, std::move(addresses));
  }

  template <typename Visit>
  void for_each_socket(Visit visit) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int wanted = ares_getsock(handle_, sockets.data(), ARES_GETSOCK_MAXNUM);
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const bool read = ARES_GETSOCK_READABLE(wanted, i) != 0;
      const bool write = ARES_GETSOCK_WRITABLE(wanted, i) != 0;
      if (read || write) visit(sockets[i], read, write);
    }
  }

  ares_channel handle_ = nullptr;
  int queries_ = 0;
};

AresResolver::AresResolver(core::Clock& clock, std::function<void()> wake,
                           ResolverSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      system_(settings_.system_lookup, std::move(wake)) {}

AresResolver::~AresResolver() = default;

core::LookupId AresResolver::resolve(const std::string& host, Done done) {
  const core::LookupId id = ++last_id_;
  Waiter waiter{id, std::move(done)};
  if (const auto family = family_of(host)) {
    answers_.push_back({std::move(waiter), literal(host, *family)});
    return id;
  }
  const std::string key = lower_case(host);
  if (is_localhost(key)) {
    Addresses loopback = {"127.0.0.1", "::1"};
    keep_allowed(loopback);
    answers_.push_back({std::move(waiter), std::move(loopback)});
    return id;
  }
  if (auto known = cache_.fresh(key, clock_.now())) {
    answers_.push_back({std::move(waiter), std::move(*known)});
    return id;
  }
  const bool asked_already = queries_.contains(key);
  queries_[key].waiters.push_back(std::move(waiter));
  if (!asked_already) ask(key);
  return id;
}

void AresResolver::cancel(core::LookupId id) {
  std::erase_if(answers_, [&](const Answer& answer) { return answer.waiter.id == id; });
  for (auto& [host, query] : queries_)
    std::erase_if(query.waiters, [&](const Waiter& waiter) { return waiter.id == id; });
}

void AresResolver::prepare_wait(std::vector<pollfd>& sockets, Milliseconds& at_most) {
  for (const auto& channel : channels_)
    if (!channel->idle()) channel->prepare_wait(sockets, at_most);
}

bool AresResolver::run() {
  for (const auto& channel : channels_)
    if (!channel->idle()) channel->process();
  while (channels_.size() > 1 && channels_.front()->idle()) channels_.erase(channels_.begin());
  take_system_answers();
  return tell_answers();
}

Result<AresResolver::Addresses> AresResolver::literal(const std::string& host,
                                                      AddressFamily family) const {
  if (allows(settings_.family, family)) return Addresses{host};
  return fail({.code = ErrorCode::Usage,
               .operation = "resolve",
               .subject = printable(host),
               .cause = "it " + refusal_of(settings_.family, family)});
}

void AresResolver::keep_allowed(Addresses& addresses) const {
  std::erase_if(addresses, [&](const std::string& address) {
    return !allows(settings_.family, family_of(address).value_or(AddressFamily::Any));
  });
}

void AresResolver::ask(const std::string& host) {
  if (Channel* channel = current_channel())
    channel->ask(*this, host);
  else
    take_ares_answer(host, ARES_ENOTINITIALIZED, {});
}

AresResolver::Channel* AresResolver::current_channel() {
  const std::int64_t mtime_ns = modification_time_ns(settings_.resolv_conf);
  if (channels_.empty() || channel_is_stale_ || mtime_ns != resolv_conf_mtime_ns_) {
    auto channel = Channel::create(settings_);
    if (!channel) return nullptr;
    channels_.push_back(std::move(channel));
    resolv_conf_mtime_ns_ = mtime_ns;
    channel_is_stale_ = false;
  }
  return channels_.back().get();
}

void AresResolver::take_ares_answer(const std::string& host, int status, Addresses addresses) {
  if (status == ARES_SUCCESS && !addresses.empty()) return settle(host, std::move(addresses));
  if (servers_failed(status)) channel_is_stale_ = true;
  queries_[host].ares_status = status == ARES_SUCCESS ? ARES_ENODATA : status;
  if (!settings_.ask_system || !system_.submit(host)) {
    settle(host, resolve_error(host, queries_[host].ares_status, 0, settings_.family));
  }
}

void AresResolver::take_system_answers() {
  while (auto taken = system_.take()) {
    auto& [host, answer] = *taken;
    if (answer.failure != 0) {
      settle(host,
             resolve_error(host, queries_[host].ares_status, answer.failure, settings_.family));
      continue;
    }
    keep_allowed(answer.addresses);
    if (answer.addresses.empty())
      settle(host, resolve_error(host, ARES_ENODATA, EAI_NONAME, settings_.family));
    else
      settle(host, std::move(answer.addresses));
  }
}

void AresResolver::settle(const std::string& host, Result<Addresses> result) {
  if (result) {
    cache_.put(host, *result, clock_.now());
  } else if (auto known = cache_.last_good(host)) {
    result = std::move(*known);
  }
  auto query = queries_.extract(host);
  for (Waiter& waiter : query.mapped().waiters) answers_.push_back({std::move(waiter), result});
}

// Those that are there now: what they bring about waits for the next run.
bool AresResolver::tell_answers() {
  const std::size_t count = answers_.size();
  for (std::size_t i = 0; i < count && !answers_.empty(); ++i) {
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    answer.waiter.done(std::move(answer.result));
  }
  return count > 0;
}

}  // namespace xget::net
