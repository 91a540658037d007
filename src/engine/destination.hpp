// Destination: where a download's bytes go: FILE by way of FILE.partial and its sidecar, or a
// stream. What differs between the two is in here; to all others it is a Sink.
// Thread: loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/sink.hpp"
#include "engine/job_context.hpp"
#include "store/duplicate.hpp"
#include "store/partial_sink.hpp"
#include "store/target.hpp"

namespace xget::engine {

// A file this small comes in one response and has no sidecar.
inline constexpr std::uint64_t kTinySize = 1ULL << 20;

class Destination {
 public:
  // `stream` is where the bytes go instead of a file; null for a file.
  Destination(const JobContext& job, std::unique_ptr<core::Sink> stream);
  ~Destination();

  // Where it goes. With a server that may name the file, only what it would be called without
  // that, and perhaps empty, until take_name().
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool named() const { return named_; }
  // What the server calls the file, as it says it; empty: nothing. Fails with Usage where that
  // leaves no name.
  Result<void> take_name(const std::string& given);

  // Where FILE is another's: it goes to the next numbered name, which is to be opened. False: FILE
  // it must be, or no number is left.
  bool take_next_name();
  // The name that finish() has given.
  void take_final_name();
  // The one that a duplicate has.
  void take_final_name(const std::string& name);

  // Opens the target's folders. Fails as Target::open does.
  Result<void> open();
  // Null for a stream, and until open().
  [[nodiscard]] store::Target* target() { return target_.get(); }

  // The sink for a new download of `version` as `mirror` has it; the one before is gone then. Of a
  // stream the digest that the server says is not checked, and is taken out of the version.
  Result<core::Sink*> create(core::MirrorId mirror, core::Representation& version);
  // The sink that goes on with a partial. `proven`: a strong validator ties its bytes to `version`.
  Result<core::Sink*> go_on(store::OpenPartial partial, core::MirrorId mirror,
                            const core::Representation& version, bool proven);

  // Makes FILE from another one, without a sink. There must be a target(). `partial_held`: FILE's
  // partial is there, and locked.
  std::shared_ptr<store::Duplicate> duplicate(core::Original original, bool partial_held,
                                              std::function<void(store::DuplicateOutcome)> done);
  // What the finished file was when it got its name. nullopt: not known, or a stream.
  [[nodiscard]] std::optional<core::FileInfo> finished_file() const;

  // The bytes of the download under way, to compare samples of; null where they cannot be read
  // back.
  [[nodiscard]] core::File* file() { return partial_ ? &partial_->file() : nullptr; }
  [[nodiscard]] RangeSet readable() const { return partial_ ? partial_->readable() : RangeSet(); }
  // What is held is tied to `version` by samples alone. There must be a file().
  void record_unproven(const core::Representation& version);
  // What the server says of the version's digest later than in its first answer: it is checked, and
  // recorded. There must be a file(), no digest yet, and no finish() under way. Fails with Usage if
  // this system cannot compute it.
  Result<void> expect(const ExpectedDigest& digest, std::string said_by);
  // A byte has left that cannot be called back.
  [[nodiscard]] bool handed_on() const { return sink() != nullptr && sink()->handed_on(); }
  // Another version is about to be written: FILE.partial is kept as FILE.partial.old. Of a stream
  // from which nothing has left all is forgotten.
  Result<void> set_aside();
  // What set_aside() kept, in this run or an earlier one, is worth nothing once FILE is whole.
  Result<void> drop_what_was_set_aside();
  // A partial of which nothing can be used again is litter.
  void discard_if_worthless();

  // Bytes that a later run can go on with: none where somebody has removed their file meanwhile.
  [[nodiscard]] std::uint64_t durable_bytes() const;
  // Bytes that were written in this run or before, such ones or not.
  [[nodiscard]] std::uint64_t held_bytes() const;
  // Some of them come from an earlier run, and samples alone tie them to the version.
  [[nodiscard]] bool tied_by_samples() const { return tied_by_samples_; }
  // "what there was is kept as NAME until ..." or the like, for notes.
  [[nodiscard]] std::string fate_of_the_old() const;

 private:
  [[nodiscard]] bool replaces() const;
  [[nodiscard]] store::PartialSettings partial_settings(core::MirrorId mirror,
                                                        const core::Representation& version,
                                                        bool resumed) const;
  Result<core::Sink*> use(Result<std::unique_ptr<store::PartialSink>> partial);
  // Null for a file that nothing is written to yet.
  [[nodiscard]] core::Sink* sink() const;

  const JobContext& job_;
  std::string path_;
  bool named_;
  std::string first_path_;  // before it was numbered
  int number_ = 0;
  std::unique_ptr<store::Target> target_;
  const std::unique_ptr<core::Sink> stream_;
  std::unique_ptr<store::PartialSink> partial_;
  bool tied_by_samples_ = false;
  bool adopted_ = false;  // FILE.partial was the user's own FILE: never discarded
};

}  // namespace xget::engine
