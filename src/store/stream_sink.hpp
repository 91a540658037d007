// StreamSink: standard output as a Sink. Bytes come at any offset inside a window and leave in
// order; what the front has not reached yet waits in blocks of a bounded pool.
// Thread: loop; writing and the digest run on `writer`. Give it a WorkerThread of its own: who
// reads slowly holds it up for as long as he likes. The sink may be destroyed at any time; a
// write that waits for the reader then ends soon. The worker must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/ports.hpp"
#include "core/sink.hpp"

namespace xget::store {

class StreamSink final : public core::Sink {
 public:
  static constexpr std::uint64_t kBlockBytes = 256U << 10;
  static constexpr std::uint64_t kDefaultWindow = 16U << 20;

  // Borrows the descriptor, which must stay open. `window` is at least one block; with the blocks
  // at its ends half used, at most window + 2 blocks of memory are held. Fails with Usage if the
  // digest's algorithm cannot be computed here.
  static Result<std::unique_ptr<StreamSink>> create(int descriptor, core::Worker& writer,
                                                    std::optional<ExpectedDigest> digest,
                                                    std::uint64_t window = kDefaultWindow);
  ~StreamSink() override;

  // Everything before this offset has left; it cannot be taken back.
  [[nodiscard]] std::uint64_t front() const;

  // At or after front() and before window_end(). After a failed write to the descriptor it fails
  // with that error; window_end() is then without bound and on_room's callback is called
  // once more, so that whoever waits for room comes to hear of it.
  Result<void> write(std::uint64_t offset, core::LentBytes bytes) override;
  [[nodiscard]] std::uint64_t window_end() const override;
  [[nodiscard]] std::uint64_t window_length() const override;
  void on_room(std::function<void()> callback) override;
  [[nodiscard]] RangeSet held() const override;
  // Nothing here is ever durable and nothing was claimed before.
  [[nodiscard]] std::uint64_t durable_bytes() const override { return 0; }
  [[nodiscard]] std::uint64_t undurable_bytes() const override { return 0; }
  void checkpoint(Done done) override;
  void verify_claims(std::function<void(ByteRange)> bad, Done done) override;
  void on_wrong_piece(std::function<void(ByteRange)>) override {}  // it is given no pieces
  // Bytes that have left, or are leaving, stay.
  void forget(ByteRange range) override;
  [[nodiscard]] bool handed_on() const override;  // a byte has left or is leaving
  // Done once all bytes have left. Fails with Checksum; the bytes have left all the same.
  void finish(std::uint64_t size, Done done) override;
  bool cancel_finish() override;

 private:
  class Impl;
  explicit StreamSink(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace xget::store
