// AddressUse: which request of a source is at which address of which host. Measures what each
// brings, and tells core::Addresses what came of it; what is decided there is logged here.
// Requests without an address of their own (behind a proxy) are nobody's business here.
// Thread: loop.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/addresses.hpp"
#include "core/ports.hpp"

namespace xget::engine {

class AddressUse {
 public:
  [[nodiscard]] core::Addresses& of(const std::string& host) { return hosts_[host]; }
  // Of that host, as they were resolved last.
  [[nodiscard]] std::vector<std::string> addresses(const std::string& host) const {
    const auto known = hosts_.find(host);
    return known == hosts_.end() ? std::vector<std::string>() : known->second.as_resolved();
  }
  // Names may have other addresses by now.
  void look_up_again();

  void started(core::RequestId request, const std::string& host, const std::string& address,
               Instant now);
  void answered(core::RequestId request, const core::ResponseHead& head, Instant now);
  // The answer was usable.
  void served(core::RequestId request, const core::Representation& representation);
  [[nodiscard]] bool has_served(core::RequestId request) const;
  [[nodiscard]] std::vector<std::string> second_opinion(core::RequestId request,
                                                        core::FailureKind answer,
                                                        const core::Representation* expected) const;

  // All bytes that its body has brought.
  void delivered(core::RequestId request, std::uint64_t bytes, Instant now);
  // Nothing comes between these two because nothing is taken.
  void paused(core::RequestId request, std::uint64_t bytes, Instant now);
  void resumed(core::RequestId request, Instant now);

  void failed(core::RequestId request, Instant now);
  // Another request has answered: this one counts as failed if that one was made later.
  void outpaced(core::RequestId request, core::RequestId by, Instant now);
  // What its answer said is believed, or another address is asked.
  void believed(core::RequestId request, core::FailureKind answer, Instant now);
  void doubted(core::RequestId request, core::FailureKind answer, Instant now);
  // The transport has let go of it, or was told to. Once more: nothing.
  void ended(core::RequestId request, const core::TransferEnd& end, Instant now);
  void cancelled(core::RequestId request, Instant now);

 private:
  struct Use {
    std::string host;
    std::string address;
    Instant started{};
    bool answered = false;
    bool blamed = false;
    bool closes = false;  // the connection, with this response
    bool paused = false;
    Instant counted_at{};  // bytes are counted from here on
    std::uint64_t counted = 0;
  };
  using Uses = std::map<core::RequestId, Use>;

  core::Addresses& addresses_of(const Use& use) { return hosts_.at(use.host); }
  void finish(Uses::iterator it, core::RequestEnd how, Instant now);

  std::map<std::string, core::Addresses> hosts_;
  Uses uses_;
};

}  // namespace xget::engine
