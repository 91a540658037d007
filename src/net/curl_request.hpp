// CurlRequest: one request on one libcurl handle, from its options to its end.
// For net/ alone: this header brings curl.h.
//
// Thread: loop. libcurl's callbacks land here and reach the listener from inside
// curl_multi_socket_action or curl_easy_pause. libcurl forbids adding and removing handles there:
// a request that is to end only notes it, and its callbacks then make libcurl give up.
// Ownership: owns its handle and the lists that libcurl reads; borrows the listener.
#pragma once

#include <array>
#include <exception>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "net/connection_users.hpp"
#include "net/curl_handles.hpp"
#include "net/curl_transport.hpp"
#include "net/head_reader.hpp"
#include "net/proxy_logins.hpp"
#include "net/sent_body.hpp"
#include "net/tcp_sockets.hpp"

namespace xget::net {

struct CurlOutcome;
class OptionSetter;

// How much of an unwanted body is read away to keep its connection.
inline constexpr std::uint64_t kMaxDrained = 64 * 1024;

// How much one transfer may bring before the others, and the loop, have their turn. On a network as
// fast as loopback libcurl would go on for a hundred buffers.
inline constexpr std::uint64_t kMaxTurn = 1024 * 1024;

// What happened in callbacks, for the transport to act on once libcurl has returned.
struct CallbackReport {
  bool called_back = false;            // the listener has heard something
  std::exception_ptr exception;        // thrown by a listener; must not cross libcurl
  std::vector<core::RequestId> turns;  // transfers whose turn is over
};

// What all requests of a transport have in common.
struct Commons {
  TcpSockets sockets;
  ConnectionUsers users;
  ProxyLogins logins;
  CallbackReport report;
};

class CurlRequest {
 public:
  // `commons` must outlive it.
  CurlRequest(core::RequestId id, core::TransferListener& listener, EasyHandle easy,
              Commons& commons);
  ~CurlRequest();
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  // Sets every option. False: the request can never work; end() says why.
  bool configure(const core::HttpRequest& request, const TransportSettings& settings,
                 long buffer_size, CURLSH* share);

  [[nodiscard]] core::RequestId id() const { return id_; }
  [[nodiscard]] core::TransferListener& listener() { return *listener_; }
  [[nodiscard]] CURL* easy() { return easy_.get(); }
  // Those of the same peer may share a connection. Empty: this one shares none.
  [[nodiscard]] const std::string& peer() const { return peer_; }

  // From now on nothing is told to the listener, and libcurl is made to give up.
  void mute() { stage_ = Stage::Muted; }

  // Once this request is gone its connection is closed, if no other request is on it.
  void leave_connection();
  // Before it starts: it joins no connection that is there already.
  void avoid_old_connections();

  // The listener lifts its pause, or the body has more. True: libcurl is paused too, and must be
  // told to go on.
  bool unpause();
  // The next turn begins. True: libcurl must be told to go on.
  bool begin_turn();

  [[nodiscard]] std::optional<core::PathFacts> path();

  // How it ended. `code` is libcurl's.
  core::TransferEnd end(CURLcode code);

 private:
  enum class Stage {
    Head,       // waiting for the final response's head
    ProxyAsks,  // the proxy wants a login: libcurl sends the request again with one, or ends
    Body,       // accepted
    Drain,      // the body is read away
    Drained,    // enough of it: cut
    Stopped,    // the listener refused or stopped it
    Misplaced,  // on a connection that another request has
    Doubtful,   // sent on a connection that ended, and not to be sent twice
    Unsound,    // the response breaks the rules; reader_.cause() says how
    Unusable,   // the request itself is no good; unusable_cause_ says why
    Muted,      // cancelled
  };

  static int on_connection(void* self, char* remote, char* local, int remote_port, int local_port);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int whence);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  // Runs `step`; an exception is kept in the report and makes libcurl give up.
  template <typename Step>
  std::size_t guarded(Step step);

  bool join(std::string connection);
  bool take_header(std::string_view line);
  bool take_head();
  [[nodiscard]] bool is_proxy_asking() const;
  [[nodiscard]] bool is_last_word_of_proxy(CURLcode code) const;
  std::size_t take_body(std::span<const std::byte> bytes);
  bool drain(std::uint64_t count);
  void leave_when_whole();
  void end_turn();
  [[nodiscard]] core::ConnectionFacts facts() const;
  [[nodiscard]] const void* tls_connection() const;
  [[nodiscard]] core::TransferEnd end_of(CURLcode code) const;
  [[nodiscard]] CurlOutcome outcome_of(CURLcode code) const;
  bool set_headers(OptionSetter& options, const core::HttpRequest& request);
  // Of the body that comes; nullopt: not announced.
  [[nodiscard]] std::optional<std::uint64_t> length() const;

  core::RequestId id_;
  core::TransferListener* listener_;
  EasyHandle easy_;
  Commons& commons_;
  TextList headers_;
  TextList connect_to_;
  std::string proxy_;          // its URL; empty: none
  bool proxy_relays_ = false;  // what it says comes as a response, not as an answer to CONNECT
  AuthMethods methods_ = 0;    // to log in there
  std::string connection_;     // its two ends; empty: it is on none
  std::string peer_;

  Stage stage_ = Stage::Head;
  SentBody sent_{nullptr};
  bool once_ = false;  // it must not be sent again unasked
  bool sent_once_ = false;
  bool head_alone_ = false;  // its answer has no body, whatever length it announces
  HeadReader reader_;
  std::uint64_t received_ = 0;  // body bytes
  std::optional<int> socket_;   // once path() was asked for
  const void* tls_ = nullptr;   // the connection whose close ends the body
  std::uint64_t turn_ = 0;      // of them since the turn began
  bool turn_over_ = false;      // libcurl is paused until the others had theirs
  bool paused_ = false;         // the listener wants no more for now
  bool held_back_ = false;      // libcurl is paused until the listener resumes
  std::string unusable_cause_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
};

}  // namespace xget::net
