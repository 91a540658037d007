#include "store/front_digest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "store/digest_check.hpp"
#include "store/disk_error.hpp"
#include "store/read_back.hpp"

namespace xget::store {
namespace {

constexpr std::uint64_t kMinTaskBytes = 1ULL << 20;  // while the download runs
constexpr std::uint64_t kMaxTaskBytes = 4ULL << 20;

Result<void> feed(core::File& file, Digester& digester, ByteRange range,
                  std::vector<std::byte>& buffer) {
  buffer.resize(kReadBytes);
  while (!range.empty()) {
    const auto part = std::span(buffer).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.length())));
    auto got = file.read_at(range.begin, part);
    if (!got) return fail(std::move(got.error()));
    if (*got < part.size()) {
      return fail(disk_error("read", "the file", "it is shorter than what was written to it"));
    }
    digester.update(part);
    range.begin += part.size();
  }
  return {};
}

}  // namespace

// What a task works with; nobody else touches it while one runs.
struct FrontDigest::Hashing {
  std::shared_ptr<core::File> file;
  std::unique_ptr<Digester> digester;
  std::vector<std::byte> buffer;
  Result<void> outcome;
};

FrontDigest::FrontDigest(std::shared_ptr<Hashing> hashing_state, core::Worker& hashing,
                         DigestAlgorithm algorithm)
    : state_(std::move(hashing_state)), hashing_(hashing), algorithm_(algorithm) {}

Result<std::shared_ptr<FrontDigest>> FrontDigest::create(std::shared_ptr<core::File> file,
                                                         core::Worker& hashing,
                                                         DigestAlgorithm algorithm) {
  auto digester = make_digester(algorithm);
  if (!digester) return fail(std::move(digester.error()));
  auto state = std::make_shared<Hashing>();
  state->file = std::move(file);
  state->digester = std::move(*digester);
  return std::shared_ptr<FrontDigest>(new FrontDigest(std::move(state), hashing, algorithm));
}

void FrontDigest::advance(std::uint64_t front) {
  front_ = front;
  if (!busy_ && (front_ - std::min(front_, position_) >= kMinTaskBytes || done_)) hash_more();
}

void FrontDigest::forget(ByteRange range) {
  front_ = std::min(front_, range.begin);
  if (range.begin < position_) restart_ = true;
}

void FrontDigest::finish(std::uint64_t size, std::function<void(Result<std::string>)> done) {
  size_ = size;
  done_ = std::move(done);
  if (!busy_) hash_more();
}

// Submits even if nothing is left to read, so that finish never answers from inside its call.
void FrontDigest::hash_more() {
  if (std::exchange(restart_, false)) {
    state_->digester = Digester::create(algorithm_);
    state_->outcome = {};
    position_ = 0;
  }
  const ByteRange range{position_, std::min(front_, position_ + kMaxTaskBytes)};
  position_ = std::max(position_, range.end);
  busy_ = true;
  hashing_.submit(
      [state = state_, range] {
        if (state->outcome)
          state->outcome = feed(*state->file, *state->digester, range, state->buffer);
      },
      [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->end_task();
      });
}

void FrontDigest::end_task() {
  busy_ = false;
  const bool ended = done_ && !restart_ && (!state_->outcome || position_ >= size_);
  if (!ended) {
    const std::uint64_t behind = front_ - std::min(front_, position_);
    if (restart_ || behind >= kMinTaskBytes || (done_ && behind > 0)) hash_more();
    return;
  }
  const auto done = std::exchange(done_, nullptr);
  if (!state_->outcome) return done(fail(state_->outcome.error()));
  done(state_->digester->finish_hex());
}

}  // namespace xget::store
