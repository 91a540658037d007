#include "net/ares_resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Each once; frees `found`, which may be null.
AresResolver::Addresses take_addresses(ares_addrinfo* found) {
  AresResolver::Addresses all;
  if (found == nullptr) return all;
  for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
    const void* raw = node->ai_family == AF_INET6
                          ? static_cast<const void*>(
                                &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_ntop(node->ai_family, raw, text.data(), text.size()) == nullptr) continue;
    if (std::find(all.begin(), all.end(), text.data()) == all.end()) all.emplace_back(text.data());
  }
  ares_freeaddrinfo(found);
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

// RFC 6724 section 5, rule 1: what cannot be reached comes last. No packet is sent.
bool has_route(const std::string& ipv6) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(443);
  if (inet_pton(AF_INET6, ipv6.c_str(), &to.sin6_addr) != 1) return false;
  const int socket = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool routed = connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  close(socket);
  return routed;
}

AresResolver::Addresses in_order(const FamilyAnswers& answers) {
  return answers.addresses(!answers.ipv6().empty() && has_route(answers.ipv6().front()));
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
    auto channel = std::make_unique<Channel>();
    if (!set_up(settings, "f", channel->hosts_file_) || !set_up(settings, "b", channel->servers_))
      return nullptr;
    if (!settings.name_servers.empty() &&
        ares_set_servers_ports_csv(channel->servers_, settings.name_servers.c_str()) !=
            ARES_SUCCESS)
      return nullptr;
    return channel;
  }

  Channel() = default;
  ~Channel() {
    if (servers_ != nullptr) ares_destroy(servers_);
    if (hosts_file_ != nullptr) ares_destroy(hosts_file_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] bool idle() const { return queries_ == 0; }

  // A host that the file has is what the file says, in both families; empty: it has not.
  [[nodiscard]] Addresses listed_in_hosts_file(const std::string& host, AddressFamily family) {
    const ares_addrinfo_hints hints = hints_for(family);
    Addresses listed;
    ares_getaddrinfo(hosts_file_, host.c_str(), nullptr, &hints, &Channel::on_listed, &listed);
    return listed;
  }

  // The answer may come from inside this call.
  void ask(AresResolver& resolver, const std::string& host, AddressFamily family) {
    const ares_addrinfo_hints hints = hints_for(family);
    ++queries_;
    ares_getaddrinfo(servers_, host.c_str(), nullptr, &hints, &Channel::on_answer,
                     new Question{resolver, *this, host, family});
  }

  void prepare_wait(std::vector<pollfd>& sockets, Milliseconds& at_most) {
    for_each_socket([&](ares_socket_t socket, bool read, bool write) {
      sockets.push_back(
          {socket, static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)), 0});
    });
    // c-ares cuts what is left to whole milliseconds: one more, or the last would be spent
    // spinning.
    timeval room{};
    if (const timeval* left = ares_timeout(servers_, nullptr, &room))
      at_most = std::min(at_most, Milliseconds{left->tv_sec * 1000 + left->tv_usec / 1000 + 1});
  }

  // The sockets do not block, so those without news cost one call that says so.
  void process() {
    for_each_socket([&](ares_socket_t socket, bool read, bool write) {
      ares_process_fd(servers_, read ? socket : ARES_SOCKET_BAD, write ? socket : ARES_SOCKET_BAD);
    });
    ares_process_fd(servers_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what timed out
  }

 private:
  struct Question {
    AresResolver& resolver;
    Channel& channel;
    std::string host;
    AddressFamily family;
  };

  // `lookups`: of c-ares, "f" the hosts file, "b" the name servers.
  static bool set_up(const ResolverSettings& settings, std::string lookups, ares_channel& handle) {
    ares_options options{};
    std::string path = settings.resolv_conf;
    options.resolvconf_path = path.data();
    options.timeout = static_cast<int>(settings.query_timeout.count());
    options.tries = settings.tries;
    options.lookups = lookups.data();
    constexpr int kGiven =
        ARES_OPT_RESOLVCONF | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
    return ares_init_options(&handle, &options, kGiven) == ARES_SUCCESS;
  }

  static ares_addrinfo_hints hints_for(AddressFamily family) {
    ares_addrinfo_hints hints{};
    hints.ai_family = family_for_system(family);
    hints.ai_socktype = SOCK_STREAM;
    return hints;
  }

  static void on_listed(void* argument, int, int, ares_addrinfo* found) noexcept {
    *static_cast<Addresses*>(argument) = take_addresses(found);
  }

  static void on_answer(void* argument, int status, int, ares_addrinfo* found) noexcept {
    const std::unique_ptr<Question> question(static_cast<Question*>(argument));
    Addresses addresses = take_addresses(found);
    --question->channel.queries_;
    if (status == ARES_EDESTRUCTION) return;  // the resolver is going away
    question->resolver.take_answer(question->host, question->family, status, std::move(addresses));
  }

  template <typename Visit>
  void for_each_socket(Visit visit) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int wanted = ares_getsock(servers_, sockets.data(), ARES_GETSOCK_MAXNUM);
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const bool read = ARES_GETSOCK_READABLE(wanted, i) != 0;
      const bool write = ARES_GETSOCK_WRITABLE(wanted, i) != 0;
      if (read || write) visit(sockets[i], read, write);
    }
  }

  ares_channel servers_ = nullptr;
  ares_channel hosts_file_ = nullptr;
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
  const auto [query, is_new] = queries_.try_emplace(key, settings_.family);
  query->second.waiters.push_back(std::move(waiter));
  if (is_new) ask(key);
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
  for (const auto& [host, query] : queries_) {
    const auto told_by = query.answers.told_by();
    if (!told_by || query.waiters.empty()) continue;
    const Duration left = std::max(*told_by - clock_.now(), Duration::zero());
    at_most = std::min(at_most, std::chrono::ceil<Milliseconds>(left));
  }
}

bool AresResolver::run() {
  for (const auto& channel : channels_)
    if (!channel->idle()) channel->process();
  while (channels_.size() > 1 && channels_.front()->idle()) channels_.erase(channels_.begin());
  take_system_answers();
  tell_what_is_there();
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
  Channel* channel = current_channel();
  if (channel != nullptr) {
    Addresses listed = channel->listed_in_hosts_file(host, settings_.family);
    if (!listed.empty()) return settle(host, std::move(listed));
  }
  const std::vector<AddressFamily> families = queries_.at(host).answers.families();
  for (const AddressFamily family : families) {
    if (channel != nullptr)
      channel->ask(*this, host, family);
    else
      take_answer(host, family, ARES_ENOTINITIALIZED, {});
  }
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

void AresResolver::take_answer(const std::string& host, AddressFamily family, int status,
                               Addresses addresses) {
  FamilyAnswers& answers = queries_.at(host).answers;
  answers.take(family, status, std::move(addresses), clock_.now());
  if (!answers.complete()) return;
  if (answers.told_by()) return settle(host, in_order(answers));
  if (servers_failed(answers.failure())) channel_is_stale_ = true;
  ask_system(host);
}

void AresResolver::ask_system(const std::string& host) {
  if (settings_.ask_system && system_.submit(host)) return;
  settle(host, resolve_error(host, queries_.at(host).answers.failure(), 0, settings_.family));
}

void AresResolver::take_system_answers() {
  while (auto taken = system_.take()) {
    auto& [host, answer] = *taken;
    const int ares_status = queries_.at(host).answers.failure();
    if (answer.failure != 0) {
      settle(host, resolve_error(host, ares_status, answer.failure, settings_.family));
      continue;
    }
    keep_allowed(answer.addresses);
    if (answer.addresses.empty())
      settle(host, resolve_error(host, ARES_ENODATA, EAI_NONAME, settings_.family));
    else
      settle(host, std::move(answer.addresses));
  }
}

// Of hosts of which one family's answer is overdue.
void AresResolver::tell_what_is_there() {
  for (auto& [host, query] : queries_) {
    const auto told_by = query.answers.told_by();
    if (!told_by || clock_.now() < *told_by || query.waiters.empty()) continue;
    Addresses there = in_order(query.answers);
    cache_.put(host, there, clock_.now());
    tell(query, std::move(there));
  }
}

void AresResolver::tell(Query& query, const Result<Addresses>& result) {
  for (Waiter& waiter : std::exchange(query.waiters, {}))
    answers_.push_back({std::move(waiter), result});
}

void AresResolver::settle(const std::string& host, Result<Addresses> result) {
  if (result) {
    cache_.put(host, *result, clock_.now());
  } else if (auto known = cache_.last_good(host)) {
    result = std::move(*known);
  }
  auto query = queries_.extract(host);
  tell(query.mapped(), result);
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
