// Addresses: what a download knows of the addresses of one host, and which of them is asked next.
//
// A kept connection is used first, since a new one costs round trips. One connection stays where it
// is; several are spread over the addresses of a family that answered, to where fewest are for the
// speed that each had there. An address that fails, or delivers far less for each connection than
// the others, is left for a while that grows; with all of them left, the one whose time is over
// first is asked.
//
// The machines behind one name may be out of step. What an address says of the resource is believed
// if it has served this version before; of another one that says something else it is only learnt
// that it is out of step, as long as one that did serve says so too.
//
// Pure; nothing looks through all addresses but resolved(). Bytes, and seconds of a connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/representation.hpp"

namespace xget::core {

enum class RequestEnd {
  Lost,    // failed or cancelled
  Closed,  // its response came to its end, and so did its connection
  Kept,    // likewise, and its connection can be used again
};

class Addresses {
 public:
  static constexpr std::size_t kMostRaced = 16;
  static constexpr Duration kFirstRest = std::chrono::seconds(2);
  static constexpr Duration kLongestRest = std::chrono::minutes(2);
  static constexpr Duration kRestOutOfStep = std::chrono::minutes(10);
  // Servers close what is idle; most of them wait for longer than this.
  static constexpr Duration kKeptFor = std::chrono::seconds(30);
  // Seconds of a connection that show how fast an address is.
  static constexpr double kFairTime = 2;
  static constexpr double kFarLess = 0.25;

  // As they were resolved, most promising first, not empty. What is known of those that are still
  // there is kept.
  void resolved(const std::vector<std::string>& addresses);
  [[nodiscard]] const std::vector<std::string>& as_resolved() const { return resolved_; }
  // Nothing has shown since that the name may have other addresses by now.
  [[nodiscard]] bool settled() const { return settled_; }
  void unsettle() { settled_ = false; }

  // ---- whom to ask --------------------------------------------------------------------------

  // After resolved(). The address of the next fetch first, then those that race it if it does not
  // answer (RFC 8305). `told_apart`: validators would show that an address has another version;
  // else one address is kept to.
  [[nodiscard]] std::vector<std::string> next(bool told_apart, Instant now);
  // How long an address has until the next one races it: by RFC 8305 section 5, and by how long
  // this host's answers took until now.
  [[nodiscard]] Duration interval() const;
  // It has served the version that is fetched.
  [[nodiscard]] bool has_served(const std::string& address) const;
  // Who is asked the same before this answer is believed; empty: it is believed. `expected`: the
  // version that was asked for; null: any.
  [[nodiscard]] std::vector<std::string> second_opinion(const std::string& address,
                                                        FailureKind answer,
                                                        const Representation* expected) const;

  // ---- what came of it: of addresses that next() or second_opinion() gave ---------------------

  void started(const std::string& address);
  // A head came, whatever it says, so long after the request.
  void answered(const std::string& address, Duration after);
  // By one connection in so long a time. A rest, if that shows that the address is slow.
  std::optional<Duration> delivered(const std::string& address, std::uint64_t bytes, Duration time,
                                    Instant now);
  // Its answer was usable.
  void served(const std::string& address, const Representation& representation);
  // `answered`: as was told above.
  void ended(const std::string& address, bool answered, RequestEnd how, Instant now);
  // Refused, reset, silent, stalled, of no use: it is left. The rest. Before ended().
  Duration failed(const std::string& address, bool answered, Instant now);
  // Another one is asked instead of believing this answer. The rest, which is a long one if it is
  // out of step. Before ended().
  Duration doubted(const std::string& address, FailureKind answer, bool answered, Instant now);
  // The version is another one, by an answer that is believed: nothing is wrong with the address,
  // which is the one to be asked about it.
  [[nodiscard]] static bool shows_change(FailureKind answer);

 private:
  using Id = std::size_t;  // an index of addresses_: its place in the order that they are tried in

  enum class Rest {
    None,
    Full,  // others deliver there: no more connections, but those that it kept
    Failed,
    Slow,
    OutOfStep,
  };
  struct Address {
    std::string text;
    bool listed = true;    // by the last answer of the name servers
    int under_way = 0;     // requests
    int receiving = 0;     // of those: answered
    int kept = 0;          // connections
    Instant kept_at{};     // the last of them
    bool answers = false;  // since its last failure
    bool served = false;   // this version
    int failures = 0;      // in a row
    int slow_times = 0;    // likewise
    Rest rest = Rest::None;
    Instant back_at{};
    double bytes = 0;
    double seconds = 0;
    double load = 0;  // in ready_
  };
  using Ready = std::set<std::pair<double, Id>>;  // by load

  [[nodiscard]] Id find(const std::string& address) const { return ids_.at(address); }
  void add(Address address);
  template <typename Change>
  void change(Id id, Change how);
  void index();
  void enter(Id id);
  void leave(Id id);
  void put_to_rest(Id id, Rest why, Duration length, Instant now);
  void wake_up(Instant now);
  void forget_closed(Instant now);
  void begin_version(const Representation& representation);
  [[nodiscard]] bool is_current(const Representation* expected) const;

  [[nodiscard]] std::optional<Id> choose() const;
  [[nodiscard]] std::optional<Id> first_that_served() const;
  [[nodiscard]] std::optional<Id> least_loaded(bool connected_families) const;
  [[nodiscard]] bool free(Id id) const;
  [[nodiscard]] std::vector<Id> by_load() const;
  [[nodiscard]] std::vector<Id> by_end_of_rest() const;
  [[nodiscard]] std::vector<std::string> texts_of(const std::vector<Id>& ids) const;
  [[nodiscard]] double load_of(const Address& address) const;
  [[nodiscard]] double mean_rate_but(const Address& address) const;
  [[nodiscard]] Ready& ready_of(const Address& address);

  std::vector<Address> addresses_;
  std::unordered_map<std::string, Id> ids_;
  std::vector<std::string> resolved_;
  bool settled_ = false;

  std::array<Ready, 2> ready_;                // of each family: not resting
  std::set<std::pair<Instant, Id>> resting_;  // by the ends of their rests
  std::set<std::pair<Instant, Id>> kept_;     // with kept connections, by their ages
  std::set<Id> served_;                       // this version
  std::set<Id> out_of_step_;                  // with it
  std::array<bool, 2> connected_{};           // families
  std::optional<Id> last_;                    // that answered
  std::optional<Representation> version_;     // that is fetched
  int under_way_ = 0;
  Duration longest_answer_{};
  double rates_ = 0;  // of all that are measured and do not rest
  int measured_ = 0;
};

}  // namespace xget::core
