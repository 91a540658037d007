#include "net/curl_transport.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "net/cookie_store.hpp"
#include "net/curl_driver.hpp"
#include "net/curl_handles.hpp"
#include "net/curl_request.hpp"
#include "net/left_connections.hpp"

namespace xget::net {
namespace {

// libcurl asks for this once a process, before any other call. It is never undone: other users of
// libcurl in the process may still need it.
void initialise_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
  });
}

MultiHandle make_multi(const TransportSettings& settings) {
  initialise_curl_once();
  MultiHandle multi{curl_multi_init()};
  if (!multi) throw std::bad_alloc();
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(settings.max_connections));
  curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  return multi;
}

// A multi handle shares connections by itself, but each easy handle has TLS sessions of its own.
ShareHandle make_share() {
  ShareHandle share{curl_share_init()};
  if (!share) throw std::bad_alloc();
  curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return share;
}

// Of a whole multi handle only a bug or a lack of memory can make a call fail.
void must_work(CURLMcode code) {
  if (code != CURLM_OK) throw std::runtime_error(curl_multi_strerror(code));
}

}  // namespace

// Where a request is at any time: in requests_ from start() to its end or cancel(). Besides, its id
// may stand in starting_ (no handle added yet), resuming_, cancelled_ and ended_; an id there that
// is not in requests_ any more means nothing.
class CurlTransport::Impl {
 public:
  Impl(core::Clock& clock, const TransportSettings& settings)
      : settings_(settings), driver_(clock), share_(make_share()), multi_(make_multi(settings)) {
    driver_.drive(multi_.get());
    if (settings.cookies) cookies_.emplace(share_.get(), *settings.cookies);
  }

  ~Impl() {
    for (auto& [id, request] : requests_) curl_multi_remove_handle(multi_.get(), request->easy());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  core::RequestId start(const core::HttpRequest& spec, core::TransferListener& listener) {
    const core::RequestId id = ++last_id_;
    auto request = std::make_unique<CurlRequest>(id, listener, make_handle(), commons_);
    if (request->configure(spec, settings_, buffer_size(), share_.get()))
      starting_.push_back(id);
    else
      ended_.push_back({id, CURLE_BAD_FUNCTION_ARGUMENT});
    if (!left_.may_be_joined(request->peer())) request->avoid_old_connections();
    left_.started(request->peer(), id);
    requests_.emplace(id, std::move(request));
    return id;
  }

  void cancel(core::RequestId id) {
    CurlRequest* request = find(id);
    if (request == nullptr) return;
    request->leave_connection();
    left_.cancelled(request->peer(), id);
    if (!in_curl_) return remove(id);
    request->mute();
    cancelled_.push_back(id);
  }

  void resume(core::RequestId id) {
    CurlRequest* request = find(id);
    if (request != nullptr && request->unpause()) resuming_.push_back(id);
  }

  std::optional<core::PathFacts> path(core::RequestId id) {
    CurlRequest* request = find(id);
    return request == nullptr ? std::nullopt : request->path();
  }

  [[nodiscard]] bool pending() const {
    return !starting_.empty() || !resuming_.empty() || !ended_.empty() ||
           !commons_.report.turns.empty();
  }

  bool run() {
    commons_.report.called_back = false;
    add_starting();
    lift_pauses();
    begin_turns();
    perform();
    deliver_ends();
    return commons_.report.called_back;
  }

  void wait(std::span<pollfd> others, Milliseconds at_most) { driver_.wait(others, at_most); }
  void wake() { driver_.wake(); }

  [[nodiscard]] std::vector<std::string> cookies() const {
    return cookies_ ? cookies_->lines() : std::vector<std::string>();
  }

 private:
  struct Ended {
    core::RequestId id;
    CURLcode code;
  };

  // Larger reads cost less CPU; many connections share a bounded amount of memory.
  [[nodiscard]] long buffer_size() const {
    constexpr std::size_t kFew = 8;
    constexpr long kOfMany = 64L << 10;
    return requests_.size() < kFew ? settings_.buffer_size
                                   : std::min(settings_.buffer_size, kOfMany);
  }

  CurlRequest* find(core::RequestId id) {
    const auto it = requests_.find(id);
    return it == requests_.end() ? nullptr : it->second.get();
  }

  // A new one for each request: a handle that libcurl 7.88 lets go of while it waits for a
  // connection keeps state that no reset clears.
  static EasyHandle make_handle() {
    EasyHandle easy{curl_easy_init()};
    if (!easy) throw std::bad_alloc();
    return easy;
  }

  // Not from inside libcurl. A handle that was never added is removed without effect.
  void remove(core::RequestId id) {
    auto node = requests_.extract(id);
    if (node.empty()) return;
    curl_multi_remove_handle(multi_.get(), node.mapped()->easy());
  }

  // Runs what may call listeners back from inside libcurl, then what had to wait for its return.
  template <typename Call>
  auto inside_curl(Call call) {
    in_curl_ = true;
    const auto code = call();
    in_curl_ = false;
    for (const core::RequestId id : std::exchange(cancelled_, {})) remove(id);
    if (commons_.report.exception)
      std::rethrow_exception(std::exchange(commons_.report.exception, nullptr));
    return code;
  }

  void add_starting() {
    for (const core::RequestId id : std::exchange(starting_, {})) {
      CurlRequest* request = find(id);
      if (request == nullptr) continue;
      if (curl_multi_add_handle(multi_.get(), request->easy()) != CURLM_OK)
        ended_.push_back({id, CURLE_FAILED_INIT});
    }
  }

  // libcurl hands the bytes it held back over from inside curl_easy_pause. A listener that stops
  // there makes that call fail, and libcurl does not end the transfer by itself then.
  void go_on(CurlRequest& request) {
    CURL* easy = request.easy();
    const core::RequestId id = request.id();
    const CURLcode code = inside_curl([&] { return curl_easy_pause(easy, CURLPAUSE_CONT); });
    if (code != CURLE_OK) ended_.push_back({id, code});
  }

  void lift_pauses() {
    for (const core::RequestId id : std::exchange(resuming_, {}))
      if (CurlRequest* request = find(id)) go_on(*request);
  }

  void begin_turns() {
    for (const core::RequestId id : std::exchange(commons_.report.turns, {}))
      if (CurlRequest* request = find(id); request != nullptr && request->begin_turn())
        go_on(*request);
  }

  void perform() {
    must_work(inside_curl([&] { return driver_.act(); }));
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      CurlRequest* request = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
      ended_.push_back({request->id(), message->data.result});
    }
  }

  // A listener may start and cancel from here: ends that this brings wait for the next run.
  void deliver_ends() {
    for (std::size_t count = ended_.size(); count > 0; --count) {
      const Ended ended = ended_.front();
      ended_.pop_front();
      CurlRequest* request = find(ended.id);
      if (request == nullptr) continue;
      const core::TransferEnd end = request->end(ended.code);
      core::TransferListener& listener = request->listener();
      left_.ended(request->peer(), ended.id);
      remove(ended.id);
      if (cookies_) cookies_->count_response();
      commons_.report.called_back = true;
      listener.on_transfer_end(ended.id, end);
    }
  }

  const TransportSettings settings_;
  bool in_curl_ = false;
  core::RequestId last_id_ = 0;
  std::vector<core::RequestId> starting_;
  std::vector<core::RequestId> resuming_;
  std::vector<core::RequestId> cancelled_;
  std::deque<Ended> ended_;
  LeftConnections left_;

  // In this order: handles go before the multi, and all before what they share.
  CurlDriver driver_;
  Commons commons_;
  ShareHandle share_;
  std::optional<CookieStore> cookies_;
  MultiHandle multi_;
  std::unordered_map<core::RequestId, std::unique_ptr<CurlRequest>> requests_;
};

CurlTransport::CurlTransport(core::Clock& clock, const TransportSettings& settings)
    : impl_(std::make_unique<Impl>(clock, settings)) {}
CurlTransport::~CurlTransport() = default;

core::RequestId CurlTransport::start(const core::HttpRequest& request,
                                     core::TransferListener& listener) {
  return impl_->start(request, listener);
}
void CurlTransport::cancel(core::RequestId id) { impl_->cancel(id); }
void CurlTransport::resume(core::RequestId id) { impl_->resume(id); }
std::optional<core::PathFacts> CurlTransport::path(core::RequestId id) { return impl_->path(id); }
bool CurlTransport::pending() const { return impl_->pending(); }
bool CurlTransport::run() { return impl_->run(); }
void CurlTransport::wait(std::span<pollfd> others, Milliseconds at_most) {
  impl_->wait(others, at_most);
}
std::vector<std::string> CurlTransport::cookies() const { return impl_->cookies(); }
void CurlTransport::wake() { impl_->wake(); }

}  // namespace xget::net
