#include "store/partial_sink.hpp"

#include <cassert>
#include <cerrno>
#include <utility>

#include "core/piece_length.hpp"
#include "store/claim_room.hpp"
#include "store/disk_error.hpp"
#include "store/partial_sink_impl.hpp"

namespace xget::store {
namespace {

constexpr std::uint32_t kPartialMode = 0600;  // nobody else reads what is not proven yet

std::uint64_t piece_length_for(const core::Representation& representation) {
  return core::piece_length(representation.size.value_or(0));
}

// What another download may have done since this one looked. With the partial locked no other one
// can still give its own the final name.
Result<void> still_wanted(Target& target, const PartialSettings& settings) {
  if (settings.replace_existing) return {};
  const auto there = target.folder().info(target.name());
  if (!there) return fail(there.error());
  if (!*there) return {};
  Error error = disk_error("begin", target.path(), EEXIST);
  error.code = ErrorCode::Exists;
  error.cause = "another download has just finished it";
  error.remedy = "run the same command again: it tells whether it is the wanted file";
  return fail(std::move(error));
}

// FILE.partial, new, empty and locked.
struct NewPartial {
  std::shared_ptr<core::File> file;
  PartialLock lock;
};

tl::unexpected<Error> just_begun(const Target& target) {
  Error error = disk_error("create", target.partial_path(), EEXIST);
  error.code = ErrorCode::Busy;
  error.cause = "another download has just begun it";
  error.remedy = "wait for the other one to end, or choose another name with --output";
  return fail(std::move(error));
}

// Where it fails nothing is left behind.
Result<NewPartial> make_partial(Target& target) {
  auto made = target.folder().create(target.partial_name(), kPartialMode);
  if (!made && made.error().number == EEXIST) return just_begun(target);
  if (!made) return fail(std::move(made.error()));
  auto lock = PartialLock::take(target.shared_folder(), **made, target.name(), target.path());
  // Another process that was quicker to lock it goes on with it; else it would be in the way.
  if (!lock && lock.error().number != EAGAIN) {
    static_cast<void>(target.folder().remove(target.partial_name()));
  }
  if (!lock) return fail(std::move(lock.error()));
  auto named = still_named(target.folder(), target.partial_name(), **made);
  if (!named) return fail(std::move(named.error()));
  if (!*named) return just_begun(target);  // one that was quicker has put it away, and its own here
  return NewPartial{std::move(*made), std::move(*lock)};
}

}  // namespace

Result<std::unique_ptr<PartialSink>> PartialSink::create(Target& target, core::Worker& disk,
                                                         core::Worker& hashing,
                                                         const core::Representation& representation,
                                                         PartialSettings settings) {
  auto made = make_partial(target);
  if (!made) return fail(std::move(made.error()));
  const std::shared_ptr<core::File> file = std::move(made->file);
  auto ready = still_wanted(target, settings);

  const bool tiny = settings.tiny;
  const Preallocate how = settings.preallocate;
  auto impl =
      std::make_shared<Impl>(partial_files(target, file), std::move(made->lock), disk, hashing,
                             representation, std::move(settings), piece_length_for(representation));
  // A sidecar that stands here is of an earlier partial that is gone.
  if (ready) ready = target.sidecar_folder().remove(target.sidecar_name());
  if (ready) ready = impl->begin(0);
  if (ready && representation.size && !tiny) {
    ready =
        claim_room(target.folder(), target.partial_path(), *file, {0, *representation.size, how});
  }
  if (!ready) {
    static_cast<void>(target.folder().remove(target.partial_name()));  // ours, and empty
    return fail(std::move(ready.error()));
  }
  impl->start_empty_sidecar();
  return std::unique_ptr<PartialSink>(new PartialSink(std::move(impl)));
}

Result<std::unique_ptr<PartialSink>> PartialSink::resume(Target& target, core::Worker& disk,
                                                         core::Worker& hashing, OpenPartial partial,
                                                         const core::Representation& representation,
                                                         PartialSettings settings) {
  assert(partial.sidecar && representation.size == partial.sidecar->size);
  const Sidecar& sidecar = *partial.sidecar;
  std::shared_ptr<core::File> file = std::move(partial.file);
  if (partial.size < sidecar.size) {
    auto room = claim_room(target.folder(), target.partial_path(), *file,
                           {partial.size, sidecar.size, settings.preallocate});
    if (!room) return fail(std::move(room.error()));
  }
  auto impl =
      std::make_shared<Impl>(partial_files(target, file), std::move(partial.lock), disk, hashing,
                             representation, std::move(settings), sidecar.piece_length);
  if (auto begun = impl->begin(sidecar.generation); !begun) return fail(std::move(begun.error()));
  impl->take_over(sidecar);
  return std::unique_ptr<PartialSink>(new PartialSink(std::move(impl)));
}

Result<std::unique_ptr<PartialSink>> PartialSink::adopt(Target& target, core::Worker& disk,
                                                        core::Worker& hashing, OpenPartial partial,
                                                        const core::Representation& representation,
                                                        PartialSettings settings) {
  std::shared_ptr<core::File> file = std::move(partial.file);
  if (representation.size && partial.size < *representation.size) {
    auto room = claim_room(target.folder(), target.partial_path(), *file,
                           {partial.size, *representation.size, settings.preallocate});
    if (!room) return fail(std::move(room.error()));
  }
  auto impl =
      std::make_shared<Impl>(partial_files(target, file), std::move(partial.lock), disk, hashing,
                             representation, std::move(settings), piece_length_for(representation));
  if (auto begun = impl->begin(0); !begun) return fail(std::move(begun.error()));
  impl->take_over_unhashed(partial.size);
  impl->start_empty_sidecar();
  return std::unique_ptr<PartialSink>(new PartialSink(std::move(impl)));
}

PartialSink::PartialSink(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
PartialSink::~PartialSink() { impl_->close(); }
void PartialSink::retire() { impl_->retire(); }

RangeSet PartialSink::held() const { return impl_->held(); }
RangeSet PartialSink::readable() const { return impl_->readable(); }
std::uint64_t PartialSink::piece_length() const { return impl_->piece_length(); }
std::uint64_t PartialSink::durable_bytes() const { return impl_->durable_bytes(); }
std::uint64_t PartialSink::undurable_bytes() const { return impl_->undurable_bytes(); }
std::size_t PartialSink::alignment() const { return impl_->alignment(); }
bool PartialSink::takes_more() const { return impl_->takes_more(); }
void PartialSink::on_room(std::function<void()> callback) { impl_->on_room(std::move(callback)); }

core::File& PartialSink::file() { return impl_->file(); }
void PartialSink::record(const core::Validators& validators) { impl_->record(validators); }
Result<void> PartialSink::expect(const ExpectedDigest& digest, std::string said_by) {
  return impl_->expect(digest, std::move(said_by));
}
Result<void> PartialSink::write(std::uint64_t offset, core::LentBytes bytes) {
  return impl_->write(offset, std::move(bytes));
}
void PartialSink::checkpoint(Done done) { impl_->checkpoint(std::move(done)); }
void PartialSink::verify_claims(std::function<void(ByteRange)> bad, Done done) {
  impl_->verify_claims(std::move(bad), std::move(done));
}
void PartialSink::on_wrong_piece(std::function<void(ByteRange)> wrong) {
  impl_->on_wrong_piece(std::move(wrong));
}
void PartialSink::forget(ByteRange range) { impl_->forget(range); }
void PartialSink::finish(std::uint64_t size, Done done) { impl_->finish(size, std::move(done)); }
bool PartialSink::cancel_finish() { return impl_->cancel_finish(); }
std::string PartialSink::final_name() const { return impl_->final_name(); }
std::optional<core::FileInfo> PartialSink::finished_file() const { return impl_->finished_file(); }

}  // namespace xget::store
