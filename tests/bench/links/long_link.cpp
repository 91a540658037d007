// long_link: carries packets between two network namespaces of this machine as a long, thin and
// lossy link would. It needs root and /dev/net/tun, and nothing else of the kernel.
//
//   long_link --left NAMESPACE --right NAMESPACE --rate-mbit R --delay-ms D --loss-percent L
//             --queue-kb Q --seed S
//
// It makes the TUN device "link0" in both namespaces and prints "ready". Both directions are alike
// and independent: packets leave one after the other at R; what would wait for longer than Q KiB
// take at that rate is dropped; each packet that has left is lost by chance; the others arrive D
// later. Nothing is reordered. R counts whole IP packets.
//
// SIGTERM ends it; it then prints what each direction carried, lost and dropped, as JSON.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "program.hpp"

namespace xget::bench {
namespace {

constexpr std::size_t kMaxPacketBytes = 2048;  // the devices' MTU is 1500
constexpr std::size_t kMostPackets = 1 << 16;  // on their way at once, in one direction
constexpr int kBurst = 64;                     // packets taken in before others are given out
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// What both directions have in common.
struct Shape {
  double ns_per_byte;
  std::int64_t delay_ns;
  std::int64_t queue_ns;  // the longest that a packet waits for the wire
  double loss;            // the share of packets, 0 to 1
};

/// One direction: reads packets from one device, and writes them to the other when they are due.
class Direction {
 public:
  Direction(const Shape& shape, int from, int to, std::uint64_t seed)
      : shape_(shape), from_(from), to_(to), dice_(seed) {}

  void take_in() {
    for (int i = 0; i < kBurst; ++i) {
      if (!spare_) spare_ = std::make_unique<Buffer>();
      const ssize_t size = read(from_, spare_->data(), spare_->size());
      if (size <= 0) return;
      put_on_wire(static_cast<std::size_t>(size));
    }
  }

  void give_out(std::int64_t now) {
    while (!on_the_way_.empty() && on_the_way_.front().due_ns <= now) {
      Packet& packet = on_the_way_.front();
      const bool written = write(to_, packet.bytes->data(), packet.size) >= 0;
      ++(written ? carried_ : dropped_);
      spare_ = std::move(packet.bytes);
      on_the_way_.pop_front();
    }
  }

  std::int64_t next_due() const {
    return on_the_way_.empty() ? kNever : on_the_way_.front().due_ns;
  }

  void print_counts() const {
    std::printf("{\"carried\": %ju, \"lost\": %ju, \"dropped\": %ju}",
                static_cast<std::uintmax_t>(carried_), static_cast<std::uintmax_t>(lost_),
                static_cast<std::uintmax_t>(dropped_));
  }

 private:
  using Buffer = std::array<char, kMaxPacketBytes>;
  struct Packet {
    std::int64_t due_ns;
    std::size_t size;
    std::unique_ptr<Buffer> bytes;
  };

  /// The packet is in `spare_`.
  void put_on_wire(std::size_t size) {
    const std::int64_t now = now_ns();
    wire_free_ns_ = std::max(wire_free_ns_, now);
    if (wire_free_ns_ - now > shape_.queue_ns || on_the_way_.size() == kMostPackets) {
      ++dropped_;
      return;
    }
    wire_free_ns_ += static_cast<std::int64_t>(static_cast<double>(size) * shape_.ns_per_byte);
    if (chance_(dice_) < shape_.loss) {
      ++lost_;
      return;
    }
    on_the_way_.push_back({wire_free_ns_ + shape_.delay_ns, size, std::move(spare_)});
  }

  const Shape& shape_;
  int from_;
  int to_;
  std::mt19937_64 dice_;
  std::uniform_real_distribution<double> chance_{0, 1};
  std::deque<Packet> on_the_way_;  // due times never decrease
  std::unique_ptr<Buffer> spare_;  // the last one used: still in the processor's cache
  std::int64_t wire_free_ns_ = 0;  // when the last packet has left
  std::uint64_t carried_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t dropped_ = 0;
};

/// Leaves this process in the namespace.
int open_device(const std::string& name) {
  const std::string path = "/run/netns/" + name;
  const int space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) < 0) die(path);
  close(space);
  const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) die("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "link0");
  if (ioctl(device, TUNSETIFF, &request) < 0) die("link0");
  return device;
}

void run(std::array<Direction, 2>& directions, std::array<pollfd, 2>& devices,
         const sigset_t& while_waiting) {
  while (end_was_asked_for == 0) {
    const std::int64_t now = now_ns();
    std::int64_t soonest = now + kSecondNs;
    for (Direction& direction : directions) {
      direction.give_out(now);
      soonest = std::min(soonest, direction.next_due());
    }
    const std::int64_t wait = std::max<std::int64_t>(0, soonest - now_ns());
    const timespec timeout{wait / kSecondNs, wait % kSecondNs};
    if (ppoll(devices.data(), devices.size(), &timeout, &while_waiting) < 0 && errno != EINTR) {
      die("poll");
    }
    for (Direction& direction : directions) direction.take_in();
  }
}

Shape read_shape(Arguments& arguments) {
  const double ns_per_byte = 8000 / arguments.number("rate-mbit", 100);
  const double queue_ns = arguments.number("queue-kb", 1000) * 1024 * ns_per_byte;
  return {ns_per_byte, static_cast<std::int64_t>(arguments.number("delay-ms", 0) * 1e6),
          static_cast<std::int64_t>(queue_ns), arguments.number("loss-percent", 0) / 100};
}

/// Late packets would be slow packets: it goes before what it is to slow down.
void go_first() {
  setpriority(PRIO_PROCESS, 0, -20);
  prctl(PR_SET_TIMERSLACK, 1);
}

int main_of_link(Arguments arguments) {
  const Shape shape = read_shape(arguments);
  const auto seed = static_cast<std::uint64_t>(arguments.number("seed", 1));
  const std::string left_name = arguments.text("left", "");
  const std::string right_name = arguments.text("right", "");
  arguments.expect_no_more();

  const sigset_t while_waiting = end_when_told();
  const int left = open_device(left_name);
  const int right = open_device(right_name);
  go_first();
  std::array<Direction, 2> directions = {Direction(shape, left, right, 2 * seed),
                                         Direction(shape, right, left, 2 * seed + 1)};
  std::array<pollfd, 2> devices = {pollfd{left, POLLIN, 0}, pollfd{right, POLLIN, 0}};
  std::puts("ready");
  std::fflush(stdout);
  run(directions, devices, while_waiting);

  std::printf("[");
  directions[0].print_counts();
  std::printf(", ");
  directions[1].print_counts();
  std::printf("]\n");
  return 0;
}

}  // namespace
}  // namespace xget::bench

int main(int argc, char** argv) {
  return xget::bench::main_of_link(xget::bench::Arguments(argc, argv));
}
