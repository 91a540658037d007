#include "engine/destination.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/numbered_name.hpp"
#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "formats/file_name.hpp"

namespace xget::engine {
namespace {

// A later run must not take bytes for proven that only samples, or a digest that is not checked
// yet, tie to this version: its validators are recorded as weak ones.
core::Representation as_unproven(core::Representation version) {
  if (!version.validators.strong_etag.empty()) {
    version.validators.weak_etag = std::exchange(version.validators.strong_etag, "");
  }
  version.validators.last_modified_is_strong = false;
  return version;
}

}  // namespace

Destination::Destination(const JobContext& job, std::unique_ptr<core::Sink> stream)
    : job_(job),
      path_(job.settings.path),
      named_(!job.settings.server_names_in),
      stream_(std::move(stream)) {}

Destination::~Destination() = default;

Result<void> Destination::take_name(const std::string& given) {
  named_ = true;
  // A name of which nothing safe is left is as good as none.
  const auto name = formats::safe_server_file_name(given);
  if (name) {
    path_ = path_in(*job_.settings.server_names_in, *name);
    return {};
  }
  if (!path_.empty()) return {};
  return fail({.code = ErrorCode::Usage,
               .operation = "name",
               .subject = job_.url(),
               .cause = "neither the server nor the URL has a name for the file",
               .remedy = "name the file with -o FILE"});
}

bool Destination::take_next_name() {
  if (job_.settings.existing != Existing::Rename || number_ == kMostNumberedNames) return false;
  if (number_ == 0) first_path_ = path_;
  path_ = numbered_name(first_path_, ++number_);
  partial_.reset();
  target_.reset();
  return true;
}

void Destination::take_final_name() {
  if (partial_) take_final_name(partial_->final_name());
}

void Destination::take_final_name(const std::string& name) {
  path_.replace(parts_of(path_).folder.size(), std::string::npos, name);
}

Result<void> Destination::open() {
  if (stream_) return {};
  auto target = store::Target::open(job_.ports.files, path_, job_.settings.checkpoint_folder,
                                    job_.ports.finished);
  if (!target) return fail(std::move(target.error()));
  target_ = *std::move(target);
  return {};
}

Result<core::Sink*> Destination::create(core::MirrorId mirror, core::Representation& version) {
  if (stream_) {
    version.digest.reset();  // a stream has its digest from the beginning, or none
    return stream_.get();
  }
  partial_.reset();
  adopted_ = tied_by_samples_ = false;
  return use(store::PartialSink::create(*target_, job_.ports.disk, job_.ports.hashing, version,
                                        partial_settings(mirror, version, false)));
}

Result<core::Sink*> Destination::go_on(store::OpenPartial partial, core::MirrorId mirror,
                                       const core::Representation& version, bool proven) {
  adopted_ = !partial.sidecar;
  tied_by_samples_ = !proven;
  const auto take = adopted_ ? &store::PartialSink::adopt : &store::PartialSink::resume;
  auto sink =
      use(take(*target_, job_.ports.disk, job_.ports.hashing, std::move(partial),
               proven ? version : as_unproven(version), partial_settings(mirror, version, true)));
  if (!sink && adopted_) {
    if (auto undone = target_->give_back_existing(); !undone) return fail(undone.error());
  }
  return sink;
}

Result<core::Sink*> Destination::use(Result<std::unique_ptr<store::PartialSink>> partial) {
  if (!partial) return fail(std::move(partial.error()));
  partial_ = *std::move(partial);
  return partial_.get();
}

std::shared_ptr<store::Duplicate> Destination::duplicate(
    core::Original original, bool partial_held, std::function<void(store::DuplicateOutcome)> done) {
  const JobSettings& settings = job_.settings;
  const JobPorts& ports = job_.ports;
  store::DuplicateSettings how{.as = settings.dedupe,
                               .digest = *settings.digest,
                               .original_time = settings.server_time,
                               .preallocate = settings.preallocate,
                               .locked = partial_held};
  how.commit.replace_existing = replaces();
  how.commit.another_name_will_do = settings.existing == Existing::Rename;
  how.commit.mode = settings.mode;
  return store::Duplicate::begin(*target_, {ports.files, ports.disk, ports.hashing, ports.commits},
                                 std::move(original), std::move(how), std::move(done));
}

std::optional<core::FileInfo> Destination::finished_file() const {
  return partial_ ? partial_->finished_file() : std::nullopt;
}

core::Sink* Destination::sink() const { return stream_ ? stream_.get() : partial_.get(); }

bool Destination::replaces() const {
  const Existing existing = job_.settings.existing;
  return existing == Existing::Overwrite || existing == Existing::Update;
}

store::PartialSettings Destination::partial_settings(core::MirrorId mirror,
                                                     const core::Representation& version,
                                                     bool resumed) const {
  const JobSettings& settings = job_.settings;
  const bool by_server = !settings.digest && version.digest;
  return {.preallocate = settings.preallocate,
          .replace_existing = replaces(),
          .another_name_will_do = settings.existing == Existing::Rename,
          .mode = settings.mode,
          .server_time = settings.server_time,
          .tiny = !resumed && version.size && *version.size <= kTinySize,
          .url = job_.sources.name(mirror),
          .digest = by_server ? version.digest : settings.digest,
          .digest_by = by_server ? kTheServer : settings.digest_by,
          .pieces = settings.pieces,
          .physical_memory = settings.physical_memory,
          .writer = &job_.ports.writing,
          .commits = &job_.ports.commits,
          .direct_io = settings.direct_io};
}

void Destination::record_unproven(const core::Representation& version) {
  tied_by_samples_ = true;
  partial_->record(as_unproven(version).validators);
}

Result<void> Destination::expect(const ExpectedDigest& digest, std::string said_by) {
  return partial_->expect(digest, std::move(said_by));
}

Result<void> Destination::set_aside() {
  if (stream_) {
    stream_->forget({0, kUnknownEnd});
    return {};
  }
  if (partial_) partial_->retire();
  return target_->set_partial_aside();
}

Result<void> Destination::drop_what_was_set_aside() {
  return target_ ? target_->remove_old() : Result<void>{};
}

void Destination::discard_if_worthless() {
  if (!partial_ || adopted_ || partial_->durable_bytes() > 0) return;
  partial_->retire();
  // Before its lock goes: another process may take what stands there then.
  if (auto done = target_->discard_partial(); !done) log::warning(to_string(done.error()));
  partial_.reset();
}

std::uint64_t Destination::durable_bytes() const {
  if (partial_) {
    const auto info = partial_->file().info();
    if (info && info->links == 0) return 0;
  }
  return sink() != nullptr ? sink()->durable_bytes() : 0;
}

std::uint64_t Destination::held_bytes() const { return partial_ ? partial_->held().size() : 0; }

std::string Destination::fate_of_the_old() const {
  return target_ ? "what there was is kept as " + set_aside_of(target_->path()) +
                       " until the download is whole"
                 : "beginning again";
}

}  // namespace xget::engine
