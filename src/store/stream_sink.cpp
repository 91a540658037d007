#include "store/stream_sink.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "store/descriptor_writer.hpp"
#include "store/digest_check.hpp"

namespace xget::store {
namespace {

constexpr std::uint64_t kMaxTaskBytes = 1U << 20;
using Block = std::array<std::byte, StreamSink::kBlockBytes>;
using BlockPtr = std::shared_ptr<Block>;  // shared with the task that writes from it

// What the worker writes with; the loop touches only `stop`.
struct Output {
  explicit Output(int descriptor) : writer(descriptor) {}

  DescriptorWriter writer;
  std::unique_ptr<Digester> digester;  // null: no digest is expected
  std::atomic<bool> stop = false;
};

// Bytes on their way out: parts of blocks, in order.
struct Delivery {
  std::vector<std::pair<BlockPtr, ByteRange>> parts;  // ranges inside the block
  std::uint64_t end = 0;                              // the front once all are out
  Result<void> outcome;

  void carry_out(Output& output) {
    for (const auto& [block, part] : parts) {
      const auto bytes = std::span(*block).subspan(part.begin, part.length());
      outcome = output.writer.write_all(bytes, output.stop);
      if (!outcome) return;
      if (output.digester) output.digester->update(bytes);
    }
  }
};

}  // namespace

class StreamSink::Impl : public std::enable_shared_from_this<StreamSink::Impl> {
 public:
  Impl(std::shared_ptr<Output> output, core::Worker& worker, std::optional<ExpectedDigest> digest,
       std::uint64_t window)
      : output_(std::move(output)), worker_(worker), digest_(std::move(digest)), window_(window) {}

  Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes);
  void forget(ByteRange range);
  void finish(std::uint64_t size, Done done);
  bool cancel_finish();
  void later(Done done);
  void close();

  [[nodiscard]] std::uint64_t front() const { return front_; }
  [[nodiscard]] RangeSet held() const;
  [[nodiscard]] std::uint64_t window_length() const { return window_; }
  [[nodiscard]] bool handed_on() const { return leaving_ > 0; }
  [[nodiscard]] std::uint64_t window_end() const {
    return failure_ ? kUnknownEnd : front_ + window_;
  }
  void on_room(std::function<void()> callback) { grown_ = std::move(callback); }

 private:
  void deliver();
  void end_delivery(const Delivery& delivery);
  void release_blocks();
  void try_finish();
  BlockPtr& block_at(std::uint64_t index);

  const std::shared_ptr<Output> output_;
  core::Worker& worker_;
  const std::optional<ExpectedDigest> digest_;
  const std::uint64_t window_;

  std::uint64_t front_ = 0;
  std::uint64_t leaving_ = 0;                 // end of what the delivery under way takes
  RangeSet waiting_;                          // received and not out yet
  std::map<std::uint64_t, BlockPtr> blocks_;  // by offset / kBlockBytes
  std::vector<BlockPtr> spare_;
  bool delivering_ = false;
  bool closed_ = false;
  std::optional<Error> failure_;
  std::function<void()> grown_;
  std::optional<std::uint64_t> finish_size_;
  Done finished_;
};

Result<void> StreamSink::Impl::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (failure_) return fail(*failure_);
  assert(offset >= leaving_ && offset + bytes.size() <= window_end());
  waiting_.add({offset, offset + bytes.size()});
  while (!bytes.empty()) {
    const std::uint64_t inside = offset % kBlockBytes;
    const auto take =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), kBlockBytes - inside));
    std::memcpy(block_at(offset / kBlockBytes)->data() + inside, bytes.data(), take);
    offset += take;
    bytes = bytes.subspan(take);
  }
  deliver();
  return {};
}

BlockPtr& StreamSink::Impl::block_at(std::uint64_t index) {
  BlockPtr& block = blocks_[index];
  if (block) return block;
  if (spare_.empty()) {
    block = std::make_shared_for_overwrite<Block>();
  } else {
    block = std::move(spare_.back());
    spare_.pop_back();
  }
  return block;
}

// While the worker reads from a block, the loop may fill later bytes of it, never the same.
void StreamSink::Impl::deliver() {
  const std::uint64_t end = std::min(waiting_.contiguous_end(front_), front_ + kMaxTaskBytes);
  if (delivering_ || failure_ || end == front_) return;
  auto delivery = std::make_shared<Delivery>();
  delivery->end = leaving_ = end;
  for (std::uint64_t at = front_; at < end;) {
    const std::uint64_t index = at / kBlockBytes;
    const std::uint64_t part_end = std::min(end, (index + 1) * kBlockBytes);
    const std::uint64_t begin = index * kBlockBytes;
    delivery->parts.push_back({blocks_.at(index), {at - begin, part_end - begin}});
    at = part_end;
  }
  delivering_ = true;
  worker_.submit([output = output_, delivery] { delivery->carry_out(*output); },
                 [weak = weak_from_this(), delivery] {
                   auto self = weak.lock();
                   if (self && !self->closed_) self->end_delivery(*delivery);
                 });
}

void StreamSink::Impl::end_delivery(const Delivery& delivery) {
  delivering_ = false;
  if (!delivery.outcome) {
    failure_ = delivery.outcome.error();
  } else {
    front_ = delivery.end;
    waiting_.remove({0, front_});
    release_blocks();
    deliver();
  }
  if (grown_) grown_();
  if (!closed_) try_finish();
}

void StreamSink::Impl::release_blocks() {
  while (!blocks_.empty() && (blocks_.begin()->first + 1) * kBlockBytes <= front_) {
    BlockPtr block = std::move(blocks_.begin()->second);
    blocks_.erase(blocks_.begin());
    // The task's own hold on it may end a moment later, but it no longer reads from it.
    if (spare_.size() <= window_ / kBlockBytes) spare_.push_back(std::move(block));
  }
}

RangeSet StreamSink::Impl::held() const {
  RangeSet held = waiting_;
  if (front_ > 0) held.add({0, front_});
  return held;
}

void StreamSink::Impl::forget(ByteRange range) {
  range.begin = std::max(range.begin, leaving_);
  waiting_.remove(range);
}

void StreamSink::Impl::finish(std::uint64_t size, Done done) {
  finish_size_ = size;
  finished_ = std::move(done);
  worker_.submit([] {},
                 [weak = weak_from_this()] {
                   auto self = weak.lock();
                   if (self && !self->closed_) self->try_finish();
                 });
}

// A reader may never read on.
bool StreamSink::Impl::cancel_finish() {
  finish_size_.reset();
  finished_ = nullptr;
  return true;
}

void StreamSink::Impl::try_finish() {
  if (!finish_size_ || (!failure_ && front_ < *finish_size_)) return;
  finish_size_.reset();
  Result<void> outcome;
  if (failure_) {
    outcome = fail(*failure_);
  } else if (digest_) {
    outcome = compare_digests(*digest_, output_->digester->finish_hex(), "standard output");
  }
  std::exchange(finished_, nullptr)(std::move(outcome));
}

void StreamSink::Impl::later(Done done) {
  worker_.submit([] {},
                 [weak = weak_from_this(), done = std::move(done)] {
                   auto self = weak.lock();
                   if (!self || self->closed_) return;
                   done(self->failure_ ? Result<void>(fail(*self->failure_)) : Result<void>{});
                 });
}

void StreamSink::Impl::close() {
  closed_ = true;
  output_->stop = true;
}

Result<std::unique_ptr<StreamSink>> StreamSink::create(int descriptor, core::Worker& writer,
                                                       std::optional<ExpectedDigest> digest,
                                                       std::uint64_t window) {
  assert(window >= kBlockBytes);
  auto output = std::make_shared<Output>(descriptor);
  if (digest) {
    auto digester = make_digester(digest->algorithm);
    if (!digester) return fail(std::move(digester.error()));
    output->digester = std::move(*digester);
  }
  return std::unique_ptr<StreamSink>(
      new StreamSink(std::make_shared<Impl>(std::move(output), writer, std::move(digest), window)));
}

StreamSink::StreamSink(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamSink::~StreamSink() { impl_->close(); }

std::uint64_t StreamSink::front() const { return impl_->front(); }
bool StreamSink::handed_on() const { return impl_->handed_on(); }
std::uint64_t StreamSink::window_length() const { return impl_->window_length(); }
RangeSet StreamSink::held() const { return impl_->held(); }
Result<void> StreamSink::write(std::uint64_t offset, core::LentBytes lent) {
  return impl_->write(offset, lent.bytes);
}
std::uint64_t StreamSink::window_end() const { return impl_->window_end(); }
void StreamSink::on_room(std::function<void()> callback) { impl_->on_room(std::move(callback)); }
void StreamSink::checkpoint(Done done) { impl_->later(std::move(done)); }
void StreamSink::verify_claims(std::function<void(ByteRange)>, Done done) {
  impl_->later(std::move(done));
}
void StreamSink::forget(ByteRange range) { impl_->forget(range); }
void StreamSink::finish(std::uint64_t size, Done done) { impl_->finish(size, std::move(done)); }
bool StreamSink::cancel_finish() { return impl_->cancel_finish(); }

}  // namespace xget::store
