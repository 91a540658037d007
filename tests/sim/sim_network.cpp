#include "sim/sim_network.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace xget::sim {
namespace {

constexpr std::uint64_t kLongestPart = 16 * 1024;
constexpr std::uint64_t kLongestDrain = 64 * 1024;  // a longer unwanted body costs its connection
constexpr Duration kConnectPatience = std::chrono::seconds(15);

// The numbers are libcurl's, for messages alone.
constexpr long kCouldNotConnect = 7;
constexpr long kPartialFile = 18;
constexpr long kTimedOut = 28;
constexpr long kAborted = 42;
constexpr long kReceiveError = 56;

// "http://host/path" → "host"; the simulated hosts have no ports.
std::string host_of(const std::string& url) {
  const auto begin = url.find("//") + 2;
  return url.substr(begin, url.find_first_of("/:?", begin) - begin);
}

Duration time_for(std::uint64_t bytes, double rate) {
  return from_seconds(static_cast<double>(bytes) / rate);
}

}  // namespace

Host& SimNetwork::add(const std::string& name, Host host) {
  return *(hosts_[name] = std::make_unique<Host>(std::move(host)));
}

Host* SimNetwork::find(const std::string& name) {
  const auto found = hosts_.find(name);
  return found == hosts_.end() ? nullptr : found->second.get();
}

void SimNetwork::drop_connections() {
  for (auto& [name, host] : hosts_) {
    for (Node& node : host->nodes) node.open = node.idle = 0;
  }
}

// ---- one request ------------------------------------------------------------------------------

core::RequestId SimTransport::start(const core::HttpRequest& request,
                                    core::TransferListener& listener) {
  const core::RequestId id = next_id_++;
  Transfer transfer;
  transfer.request = request;
  transfer.listener = &listener;
  transfer.started = world_.now();
  transfer.host = network_.find(host_of(request.url));
  if (transfer.host != nullptr) {
    for (Node& node : transfer.host->nodes) {
      if (node.address == request.pinned_address) transfer.node = &node;
    }
  }
  transfers_.emplace(id, std::move(transfer));
  ++network_.requests;
  for (const auto& header : request.headers) {
    if (header.name == "Range" || header.name == "If-Range") {
      world_.trace_text(header.name, header.value);
    }
  }
  world_.trace_text("request", request.url + " at " + request.pinned_address);
  later(Duration{}, id, &SimTransport::connect);
  return id;
}

void SimTransport::cancel(core::RequestId id) {
  Transfer* transfer = find(id);
  if (transfer == nullptr) return;
  world_.trace("request is cancelled", id, transfer->sent);
  let_go(*transfer, false);
  transfers_.erase(id);
}

void SimTransport::resume(core::RequestId id) {
  Transfer* transfer = find(id);
  if (transfer == nullptr || !transfer->paused) return;
  transfer->paused = false;
  plan_part(id);
}

void SimTransport::later(Duration delay, core::RequestId id,
                         void (SimTransport::*step)(core::RequestId)) {
  world_.after(delay, Owner::Process, [this, id, step] {
    if (find(id) != nullptr) (this->*step)(id);
  });
}

SimTransport::Transfer* SimTransport::find(core::RequestId id) {
  const auto found = transfers_.find(id);
  return found == transfers_.end() ? nullptr : &found->second;
}

void SimTransport::connect(core::RequestId id) {
  Transfer& transfer = transfers_.at(id);
  Dice& dice = world_.dice();
  // A host that nobody knows, or an address that is not its own: nobody listens there.
  if (transfer.node == nullptr) return refuse_connection(id);
  const Path& path = transfer.host->path;
  const PathFaults& faults = transfer.host->faults;
  Node& node = *transfer.node;
  if (node.idle > 0) {
    --node.idle;
    transfer.reused = true;
    return establish(id);
  }
  const bool silent = node.reachability == Reachability::Silent || dice.chance(faults.silent);
  if (silent) return later(kConnectPatience, id, &SimTransport::give_up_connecting);
  const bool refused = node.reachability == Reachability::Refuses || dice.chance(faults.refused) ||
                       node.open >= path.connection_cap;
  later(path.round_trip, id, refused ? &SimTransport::refuse_connection : &SimTransport::establish);
}

void SimTransport::give_up_connecting(core::RequestId id) {
  end(id, core::TransferStatus::TimedOut, kTimedOut, "the connection timed out");
}

void SimTransport::refuse_connection(core::RequestId id) {
  end(id, core::TransferStatus::ConnectFailed, kCouldNotConnect, "connection refused");
}

void SimTransport::establish(core::RequestId id) {
  Transfer& transfer = transfers_.at(id);
  Dice& dice = world_.dice();
  transfer.connected = true;
  ++transfer.node->open;
  const Duration trip = transfer.host->path.round_trip;
  if (dice.chance(transfer.host->faults.broken)) {
    return later(trip, id, &SimTransport::break_connection);
  }
  later(trip + dice.between(Duration{}, trip / 2), id, &SimTransport::send_head);
}

void SimTransport::break_connection(core::RequestId id) {
  end(id, core::TransferStatus::Broken, kReceiveError, "connection reset");
}

void SimTransport::send_head(core::RequestId id) {
  Transfer& transfer = transfers_.at(id);
  transfer.reply =
      transfer.host->server.answer(transfer.request, world_.wall_now(), transfer.node->machine);
  world_.trace("head", id, static_cast<std::uint64_t>(transfer.reply.head.status));
  if (*transfer.reply.fault != '\0') world_.trace_text("fault", transfer.reply.fault);
  if (transfer.reply.end == BodyEnd::Mute) return;
  core::ConnectionFacts facts;
  facts.connect_time = transfer.reused ? Duration{} : transfer.host->path.round_trip;
  facts.first_byte_time = transfer.host->path.round_trip;
  facts.remote_address = transfer.node->address;
  facts.reused = transfer.reused;
  // A copy: the listener may cancel this request from inside.
  const core::ResponseHead head = transfer.reply.head;
  const core::HeadVerdict verdict = transfer.listener->on_head(id, head, facts);
  if (find(id) == nullptr) return;
  switch (verdict) {
    case core::HeadVerdict::Accept: return plan_part(id);
    case core::HeadVerdict::Drain:
      return later(transfer.host->path.round_trip, id, &SimTransport::end_drained);
    case core::HeadVerdict::Refuse: return later(Duration{}, id, &SimTransport::end_refused);
  }
}

void SimTransport::plan_part(core::RequestId id) {
  Transfer& transfer = transfers_.at(id);
  const Reply& reply = transfer.reply;
  if (transfer.sent == reply.sent) {
    if (reply.end == BodyEnd::Stall) return;
    return later(std::chrono::microseconds(10), id, &SimTransport::end_body);
  }
  const Path& path = transfer.host->path;
  const std::uint64_t length = next_part_length(transfer);
  Node& node = *transfer.node;
  node.link_free_at = std::max(node.link_free_at, world_.now()) +
                      time_for(length, static_cast<double>(path.link_rate));
  const Duration own = time_for(length, static_cast<double>(path.connection_rate) / reply.slowness);
  Duration delay = std::max(own, node.link_free_at - world_.now());
  if (reply.pause_at && transfer.sent <= *reply.pause_at &&
      *reply.pause_at < transfer.sent + length) {
    delay += world_.dice().between(std::chrono::seconds(1), std::chrono::seconds(40));
  }
  later(delay, id, &SimTransport::send_part);
}

void SimTransport::send_part(core::RequestId id) {
  Transfer& transfer = transfers_.at(id);
  const std::uint64_t limit = std::min(next_part_length(transfer), kLongestPart);
  const auto bytes = bytes_at(transfer.reply, transfer.sent, limit);
  transfer.sent += bytes.size();
  network_.body_bytes += bytes.size();
  world_.trace("body", id, bytes.size());
  const core::Flow flow = transfer.listener->on_body(id, bytes);
  Transfer* left = find(id);
  if (left == nullptr) return;
  switch (flow) {
    case core::Flow::Continue: return plan_part(id);
    case core::Flow::Pause: left->paused = true; return;
    case core::Flow::Stop: return later(Duration{}, id, &SimTransport::end_refused);
  }
}

void SimTransport::end_body(core::RequestId id) {
  const BodyEnd how = transfers_.at(id).reply.end;
  if (how == BodyEnd::Cut) {
    end(id, core::TransferStatus::CutShort, kPartialFile, "the connection ended early");
  } else {
    end(id, core::TransferStatus::Ok, 0, "");
  }
}

void SimTransport::end_drained(core::RequestId id) { end(id, core::TransferStatus::Ok, 0, ""); }

void SimTransport::end_refused(core::RequestId id) {
  end(id, core::TransferStatus::Cancelled, kAborted, "refused by the listener");
}

void SimTransport::end(core::RequestId id, core::TransferStatus status, long number,
                       const char* cause) {
  auto node = transfers_.extract(id);
  Transfer& transfer = node.mapped();
  const bool whole = status == core::TransferStatus::Ok && transfer.reply.length_known &&
                     transfer.reply.end == BodyEnd::Clean &&
                     transfer.reply.sent - transfer.sent <= kLongestDrain;
  let_go(transfer, whole);
  world_.trace("request ends", id, static_cast<std::uint64_t>(status));
  core::TransferEnd end;
  end.status = status;
  end.number = number;
  end.cause = cause;
  end.length_known = transfer.reply.length_known;
  transfer.listener->on_transfer_end(id, end);
}

void SimTransport::let_go(Transfer& transfer, bool keep_alive) {
  if (!transfer.connected) return;
  --transfer.node->open;
  if (keep_alive) ++transfer.node->idle;
}

std::uint64_t SimTransport::next_part_length(const Transfer& transfer) {
  const std::uint64_t left = transfer.reply.sent - transfer.sent;
  // From the position alone, so that it is the same when it is asked for again.
  const std::uint64_t longest =
      transfer.host->path.odd_parts ? 1 + (transfer.sent * 7919 + 13) % kLongestPart : kLongestPart;
  return std::min(left, longest);
}

std::span<const std::byte> SimTransport::bytes_at(const Reply& reply, std::uint64_t position,
                                                  std::uint64_t limit) {
  for (const BodyPart& part : reply.body) {
    if (position < part.length) {
      return content(part.version, part.offset + position, std::min(limit, part.length - position));
    }
    position -= part.length;
  }
  return {};
}

// ---- names ------------------------------------------------------------------------------------

core::LookupId SimResolver::resolve(const std::string& host,
                                    std::function<void(Result<std::vector<std::string>>)> done) {
  const core::LookupId id = next_id_++;
  running_.insert(id);
  world_.trace_text("look up", host);
  const Duration delay =
      world_.dice().between(std::chrono::milliseconds(1), std::chrono::milliseconds(80));
  world_.after(delay, Owner::Process, [this, id, host, done = std::move(done)] {
    if (running_.erase(id) != 0) done(look_up(host));
  });
  return id;
}

Result<std::vector<std::string>> SimResolver::look_up(const std::string& name) {
  const Host* host = network_.find(name);
  if (host == nullptr || world_.dice().chance(host->faults.lookup_fails)) {
    world_.trace_text("no address for", name);
    Error error;
    error.code = ErrorCode::Network;
    error.operation = "resolve";
    error.subject = name;
    error.cause = "the name has no address";
    return fail(std::move(error));
  }
  std::vector<std::string> addresses;
  for (const Node& node : host->nodes) addresses.push_back(node.address);
  return addresses;
}

}  // namespace xget::sim
