#include "sim/sim_output.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "store/stream_sink.hpp"

namespace xget::sim {

SimOutput::SimOutput(World& world)
    : world_(world), file_(::memfd_create("output", MFD_CLOEXEC)), worker_(world) {
  if (!file_.valid()) throw std::runtime_error("no file in memory can be made");
}

std::unique_ptr<core::Sink> SimOutput::sink(const StreamPlan& plan,
                                            const std::optional<ExpectedDigest>& digest) {
  reader_pauses_ = plan.reader_pauses;
  return store::StreamSink::create(file_.get(), writer_, digest, plan.window).value();
}

std::vector<std::byte> SimOutput::bytes() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw std::runtime_error("the output is gone");
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  if (::pread(file_.get(), bytes.data(), bytes.size(), 0) != status.st_size) {
    throw std::runtime_error("the output cannot be read");
  }
  return bytes;
}

void SimOutput::Writer::submit(std::function<void()> task, std::function<void()> done) {
  World& world = output_.world_;
  const bool pauses = world.dice().chance(output_.reader_pauses_);
  const Duration wait =
      pauses ? world.dice().between(Duration{}, std::chrono::seconds(40)) : Duration{};
  output_.worker_.submit(
      [&world, wait, task = std::move(task)] {
        if (wait > Duration{}) world.spend(wait);
        task();
      },
      std::move(done));
}

}  // namespace xget::sim
