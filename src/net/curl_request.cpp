#include "net/curl_request.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "base/text.hpp"
#include "net/close_notify.hpp"
#include "net/curl_options.hpp"
#include "net/proxy.hpp"
#include "net/tls_protocol.hpp"
#include "net/transfer_outcome.hpp"
#include "net/url.hpp"

namespace xget::net {
namespace {

// What a callback returns to end the transfer: for both kinds, any count but the one handed over.
constexpr std::size_t kGiveUp = CURL_WRITEFUNC_ERROR;

constexpr int kProxyAuthenticationRequired = 407;  // RFC 9110 section 15.5.8

Duration info_time(CURL* easy, CURLINFO what) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, what, &microseconds);
  return std::chrono::microseconds(microseconds);
}

long info_number(CURL* easy, CURLINFO what) {
  long number = 0;
  curl_easy_getinfo(easy, what, &number);
  return number;
}

bool append(TextList& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

bool splits_header(const std::string& text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

}  // namespace

CurlRequest::CurlRequest(core::RequestId id, core::TransferListener& listener, EasyHandle easy,
                         Commons& commons)
    : id_(id), listener_(&listener), easy_(std::move(easy)), commons_(commons) {}

CurlRequest::~CurlRequest() {
  if (!connection_.empty()) commons_.users.leave(connection_);
}

bool CurlRequest::configure(const core::HttpRequest& request, const TransportSettings& settings,
                            long buffer_size, CURLSH* share) {
  OptionSetter options(easy_.get());
  options.set(CURLOPT_PRIVATE, static_cast<void*>(this));
  options.set(CURLOPT_SHARE, share);
  options.set(CURLOPT_ERRORBUFFER, detail_.data());
  options.set(CURLOPT_PREREQFUNCTION, &CurlRequest::on_connection);
  options.set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  options.set(CURLOPT_HEADERFUNCTION, &CurlRequest::on_header);
  options.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  options.set(CURLOPT_WRITEFUNCTION, &CurlRequest::on_body);
  options.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  sent_ = SentBody(request.body);
  once_ = request.method == core::Method::Post;
  head_alone_ = request.method == core::Method::Head;
  options.set(CURLOPT_READFUNCTION, &CurlRequest::on_read);
  options.set(CURLOPT_READDATA, static_cast<void*>(this));
  options.set(CURLOPT_SEEKFUNCTION, &CurlRequest::on_seek);
  options.set(CURLOPT_SEEKDATA, static_cast<void*>(this));
  set_protocol_options(options, request);
  set_method(options, request);
  proxy_ = request.proxy;
  proxy_relays_ = is_relayed(request);
  methods_ = commons_.logins.methods_for(request);
  set_proxy_options(options, request, methods_);
  set_transport_options(options, settings, buffer_size);
  commons_.sockets.watch(options);
  peer_ = shared_peer(request);
  const std::string rule = connect_to_rule(request);
  const bool lists = (rule.empty() || append(connect_to_, rule)) && set_headers(options, request);
  options.set(CURLOPT_HTTPHEADER, headers_.get());
  options.set(CURLOPT_CONNECT_TO, connect_to_.get());
  if (options.first_failure() != CURLE_OK)
    unusable_cause_ = curl_easy_strerror(options.first_failure());
  if (lists && unusable_cause_.empty()) return true;
  stage_ = Stage::Unusable;
  return false;
}

bool CurlRequest::set_headers(OptionSetter& options, const core::HttpRequest& request) {
  std::string cookies;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || splits_header(name) || splits_header(value)) {
      unusable_cause_ = "a request header holds a line break or has no name";
      return false;
    }
    // A request has one Cookie header (RFC 6265 section 5.4): libcurl adds these to its engine's.
    if (equals_ignoring_case(name, "Cookie")) {
      cookies += (cookies.empty() ? "" : "; ") + value;
      continue;
    }
    // libcurl's way to send a header without a value; "Name:" would remove it.
    if (!append(headers_, value.empty() ? name + ";" : name + ": " + value)) throw std::bad_alloc();
  }
  options.set_text(CURLOPT_COOKIE, cookies);
  // Waiting for the server's leave to send costs each request a round trip.
  if (request.body && !append(headers_, "Expect:")) throw std::bad_alloc();
  return true;
}

// ---- callbacks ------------------------------------------------------------------------------

template <typename Step>
std::size_t CurlRequest::guarded(Step step) {
  if (stage_ == Stage::Muted) return kGiveUp;
  try {
    return step();
  } catch (...) {
    if (!commons_.report.exception) commons_.report.exception = std::current_exception();
    return kGiveUp;
  }
}

// It has its connection and is about to be sent.
int CurlRequest::on_connection(void* self, char* remote, char* local, int remote_port,
                               int local_port) {
  auto& request = *static_cast<CurlRequest*>(self);
  std::string connection = std::string(local) + " " + std::to_string(local_port) + " " + remote +
                           " " + std::to_string(remote_port);
  return request.join(std::move(connection)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

bool CurlRequest::join(std::string connection) {
  // libcurl sends again by itself what went over a kept connection that ended without a word, but
  // what a POST asks for may have been done.
  if (std::exchange(sent_once_, once_) && stage_ == Stage::Head) {
    stage_ = Stage::Doubtful;
    return false;
  }
  if (!connection_.empty()) commons_.users.leave(std::exchange(connection_, {}));
  if (!commons_.users.join(connection, speaks_http2(tls_connection()))) {
    if (stage_ == Stage::Head) stage_ = Stage::Misplaced;
    return false;
  }
  connection_ = std::move(connection);
  return true;
}

std::size_t CurlRequest::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<CurlRequest*>(self);
  const std::string_view line(data, size * count);
  return request.guarded([&] { return request.take_header(line) ? line.size() : kGiveUp; });
}

std::size_t CurlRequest::on_read(char* into, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<CurlRequest*>(self);
  const std::span<char> room(into, size * count);
  const auto taken = request.guarded([&] {
    request.commons_.report.called_back = true;
    return request.sent_.read(std::as_writable_bytes(room));
  });
  return taken == kGiveUp ? CURL_READFUNC_ABORT : taken;
}

int CurlRequest::on_seek(void* self, curl_off_t offset, int whence) {
  return static_cast<CurlRequest*>(self)->sent_.seek(offset, whence);
}

std::size_t CurlRequest::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& request = *static_cast<CurlRequest*>(self);
  const std::span<const char> bytes(data, size * count);
  return request.guarded([&] { return request.take_body(std::as_bytes(bytes)); });
}

bool CurlRequest::take_header(std::string_view line) {
  if (stage_ == Stage::ProxyAsks && line.starts_with("HTTP/")) {
    reader_.begin_again();
    stage_ = Stage::Head;
  }
  switch (reader_.feed(line)) {
    case HeadReader::Step::More: return true;
    case HeadReader::Step::Complete:
      if (!is_proxy_asking()) return take_head();
      stage_ = Stage::ProxyAsks;
      return true;
    case HeadReader::Step::Refused: break;
  }
  stage_ = Stage::Unsound;
  return false;
}

// What a proxy wants for itself is between libcurl and it. libcurl does not say at once whether it
// has an answer; if so, it keeps the body to itself and another head follows.
bool CurlRequest::is_proxy_asking() const {
  return proxy_relays_ && reader_.head().status == kProxyAuthenticationRequired;
}

bool CurlRequest::take_head() {
  const long offered = info_number(easy_.get(), CURLINFO_PROXYAUTH_AVAIL);
  if (offered != 0) commons_.logins.accepted(proxy_, static_cast<AuthMethods>(offered));
  commons_.report.called_back = true;
  const core::HeadVerdict verdict = listener_->on_head(id_, reader_.head(), facts());
  if (stage_ == Stage::Muted) return false;
  switch (verdict) {
    case core::HeadVerdict::Accept:
      stage_ = Stage::Body;
      if (!reader_.framing().framed) tls_ = tls_connection();
      leave_when_whole();
      return true;
    case core::HeadVerdict::Drain:
      stage_ = Stage::Drain;
      leave_when_whole();
      return drain(length().value_or(0));
    case core::HeadVerdict::Refuse: break;
  }
  stage_ = Stage::Stopped;
  return false;
}

std::size_t CurlRequest::take_body(std::span<const std::byte> bytes) {
  if (stage_ == Stage::Drain) {
    received_ += bytes.size();
    leave_when_whole();
    return drain(received_) ? bytes.size() : kGiveUp;
  }
  if (stage_ != Stage::Body) return kGiveUp;
  // libcurl hands over the rest of its buffer even when told to pause in the middle of it, so the
  // pause takes hold at the next call: libcurl then keeps those bytes and gives them again.
  if (paused_) {
    held_back_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  received_ += bytes.size();
  leave_when_whole();
  commons_.report.called_back = true;
  const core::Flow flow = listener_->on_body(id_, bytes);
  if (stage_ == Stage::Muted) return kGiveUp;
  paused_ = flow == core::Flow::Pause;
  if (flow == core::Flow::Stop) {
    stage_ = Stage::Stopped;
    return kGiveUp;
  }
  turn_ += bytes.size();
  if (turn_ >= kMaxTurn && !turn_over_) end_turn();
  return bytes.size();
}

std::optional<std::uint64_t> CurlRequest::length() const {
  return head_alone_ ? 0 : reader_.framing().length;
}

// libcurl may give the connection to the next request before it tells the end of this one.
void CurlRequest::leave_when_whole() {
  const auto length = this->length();
  if (length && received_ >= *length && !connection_.empty()) {
    commons_.users.leave(std::exchange(connection_, {}));
  }
}

// libcurl still hands over what it has read, then leaves its loop.
void CurlRequest::end_turn() {
  turn_over_ = true;
  commons_.report.turns.push_back(id_);
  curl_easy_pause(easy_.get(), CURLPAUSE_RECV | (sent_.waits() ? CURLPAUSE_SEND : 0));
}

bool CurlRequest::begin_turn() {
  turn_over_ = false;
  turn_ = 0;
  if (paused_) held_back_ = true;
  return !paused_;
}

bool CurlRequest::drain(std::uint64_t count) {
  if (count <= kMaxDrained) return true;
  stage_ = Stage::Drained;
  return false;
}

bool CurlRequest::unpause() {
  paused_ = false;
  return std::exchange(held_back_, false) || sent_.waits();
}

// An HTTP/2 connection would outlive a stream that is given up, and with it what holds all of its
// streams up: a window that the server never opens again.
void CurlRequest::leave_connection() { curl_easy_setopt(easy_.get(), CURLOPT_FORBID_REUSE, 1L); }

void CurlRequest::avoid_old_connections() {
  curl_easy_setopt(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
}

core::ConnectionFacts CurlRequest::facts() const {
  CURL* easy = easy_.get();
  core::ConnectionFacts facts;
  facts.reused = info_number(easy, CURLINFO_NUM_CONNECTS) == 0;
  if (!facts.reused) {
    const Duration up = std::max(info_time(easy, CURLINFO_CONNECT_TIME_T),
                                 info_time(easy, CURLINFO_APPCONNECT_TIME_T));
    facts.connect_time = up - info_time(easy, CURLINFO_NAMELOOKUP_TIME_T);
  }
  facts.first_byte_time =
      info_time(easy, CURLINFO_STARTTRANSFER_TIME_T) - info_time(easy, CURLINFO_PRETRANSFER_TIME_T);
  const char* address = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
  if (address != nullptr) facts.remote_address = address;
  facts.tls = tls_version(tls_connection());
  return facts;
}

// The connection is not another one before the end.
std::optional<core::PathFacts> CurlRequest::path() {
  if (stage_ != Stage::Body) return std::nullopt;
  if (!socket_) socket_ = commons_.sockets.on_port(info_number(easy_.get(), CURLINFO_LOCAL_PORT));
  return socket_ ? path_of(*socket_) : std::nullopt;
}

// ---- the end --------------------------------------------------------------------------------

// With any other code the request was sent again, with a login, and that failed.
bool CurlRequest::is_last_word_of_proxy(CURLcode code) const {
  return stage_ == Stage::ProxyAsks && (code == CURLE_OK || code == CURLE_WRITE_ERROR);
}

CurlOutcome CurlRequest::outcome_of(CURLcode code) const {
  CURL* easy = easy_.get();
  CurlOutcome outcome;
  outcome.code = code;
  outcome.head_complete = stage_ == Stage::Body;
  outcome.proxy = without_secrets(proxy_);
  outcome.offered = static_cast<AuthMethods>(info_number(easy, CURLINFO_PROXYAUTH_AVAIL));
  const bool suits = outcome.offered == 0 || (outcome.offered & methods_) != 0;
  outcome.tried_login = suits && split_proxy(proxy_).has_login();
  outcome.connected = info_time(easy, CURLINFO_CONNECT_TIME_T) > Duration::zero();
  outcome.request_sent = info_time(easy, CURLINFO_PRETRANSFER_TIME_T) > Duration::zero();
  outcome.answers_without_tls = tells_of_no_tls(detail_.data());
  outcome.proxy_answer = is_last_word_of_proxy(code) ? kProxyAuthenticationRequired
                                                     : info_number(easy, CURLINFO_HTTP_CONNECTCODE);
  outcome.system_error = info_number(easy, CURLINFO_OS_ERRNO);
  return outcome;
}

// Null without TLS.
const void* CurlRequest::tls_connection() const {
  curl_tlssessioninfo* info = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_TLS_SSL_PTR, &info);
  const bool known = info != nullptr && info->backend == CURLSSLBACKEND_OPENSSL;
  return known ? info->internals : nullptr;
}

core::TransferEnd CurlRequest::end(CURLcode code) {
  core::TransferEnd end = end_of(code);
  if (end.status == core::TransferStatus::ProxyDenied) commons_.logins.refused(proxy_);
  end.reused = info_number(easy_.get(), CURLINFO_NUM_CONNECTS) == 0;
  return end;
}

core::TransferEnd CurlRequest::end_of(CURLcode code) const {
  using core::TransferStatus;
  const auto length = this->length();
  if (sent_.failure()) return {TransferStatus::BodyFailed, 0, sent_.failure()->cause, false};
  switch (stage_) {
    case Stage::Muted:
    case Stage::Stopped: return {TransferStatus::Cancelled, 0, "ended by the receiver", false};
    case Stage::Drain:
    case Stage::Drained: return {TransferStatus::Ok, 0, "", reader_.framing().framed};
    case Stage::Misplaced:
      return {TransferStatus::Broken, 0, "the connection was another request's", false};
    case Stage::Doubtful:
      return {TransferStatus::Broken, 0, "the connection ended before the answer", false};
    case Stage::Unsound: return {TransferStatus::BadResponse, 0, reader_.cause(), false};
    case Stage::Unusable: return {TransferStatus::Unusable, 0, unusable_cause_, false};
    case Stage::ProxyAsks: break;
    case Stage::Head:
      if (code == CURLE_OK)
        return {TransferStatus::Broken, 0, "the server ended without a final response", false};
      break;
    case Stage::Body:
      // libcurl's word alone is not enough: it may call an aborted HTTP/2 body complete, and a
      // TLS connection that ends unclean an error although every byte was there.
      if (length && *length == received_) return {TransferStatus::Ok, 0, "", true};
      if (length && code == CURLE_OK) code = CURLE_PARTIAL_FILE;
      if (code == CURLE_OK && tls_ != nullptr && !ended_with_close_notify(tls_))
        code = CURLE_PARTIAL_FILE;
      if (code == CURLE_OK) return {TransferStatus::Ok, 0, "", reader_.framing().framed};
      break;
  }
  const CurlOutcome outcome = outcome_of(code);
  const TransferStatus status = status_of(outcome);
  const long number = status == TransferStatus::ProxyDenied ? outcome.proxy_answer : long{code};
  return {status, number, cause_of(status, outcome, detail_.data()), false};
}

}  // namespace xget::net
