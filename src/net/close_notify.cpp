#include "net/close_notify.hpp"

#include <openssl/ssl.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace xget::net {
namespace {

// Far more than connections that end between one look at the network and the next: those that ended
// long ago nobody will ask about.
constexpr std::size_t kMostRemembered = 4096;

class CleanEnds {
 public:
  void ended(const void* ssl) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t turn = ++turns_;
    turn_of_[ssl] = turn;
    by_turn_.emplace_back(ssl, turn);
    if (by_turn_.size() <= kMostRemembered) return;
    const auto [oldest, its_turn] = by_turn_.front();
    by_turn_.pop_front();
    const auto known = turn_of_.find(oldest);
    if (known != turn_of_.end() && known->second == its_turn) turn_of_.erase(known);
  }
  void begun(const void* ssl) {
    const std::lock_guard lock(mutex_);
    turn_of_.erase(ssl);
  }
  bool contains(const void* ssl) {
    const std::lock_guard lock(mutex_);
    return turn_of_.contains(ssl);
  }

 private:
  std::mutex mutex_;
  std::uint64_t turns_ = 0;
  std::unordered_map<const void*, std::uint64_t> turn_of_;
  std::deque<std::pair<const void*, std::uint64_t>> by_turn_;
};

CleanEnds& clean_ends() {
  static CleanEnds ends;
  return ends;
}

void on_tls_event(const SSL* ssl, int where, int value) {
  const bool begins = (where & SSL_CB_HANDSHAKE_START) != 0;
  const bool close_notify =
      (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) == SSL_AD_CLOSE_NOTIFY;
  if (begins) clean_ends().begun(ssl);
  if (close_notify) clean_ends().ended(ssl);
}

}  // namespace

void watch_close_notify(void* ssl_context) {
  SSL_CTX_set_info_callback(static_cast<SSL_CTX*>(ssl_context), on_tls_event);
}

bool ended_with_close_notify(const void* ssl) { return clean_ends().contains(ssl); }

}  // namespace xget::net
