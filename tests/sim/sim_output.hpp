// SimOutput: standard output of one process, and a reader who takes his time. The bytes go through
// a real descriptor, since that is what a StreamSink writes to, into a file in memory.
// Thread: the simulation's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "core/sink.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_worker.hpp"
#include "sim/world.hpp"

namespace xget::sim {

class SimOutput {
 public:
  explicit SimOutput(World& world);

  // The sink of the process; this must outlive it.
  std::unique_ptr<core::Sink> sink(const StreamPlan& plan,
                                   const std::optional<ExpectedDigest>& digest);
  // What has left the process so far.
  [[nodiscard]] std::vector<std::byte> bytes() const;

  [[nodiscard]] bool idle() const { return worker_.idle(); }
  void abandon() { worker_.abandon(); }

 private:
  // A write takes as long as the reader lets it.
  class Writer final : public core::Worker {
   public:
    explicit Writer(SimOutput& output) : output_(output) {}
    void submit(std::function<void()> task, std::function<void()> done) override;

   private:
    SimOutput& output_;
  };

  World& world_;
  Descriptor file_;
  double reader_pauses_ = 0;
  SimWorker worker_;
  Writer writer_{*this};
};

}  // namespace xget::sim
