// PartialSink: FILE.partial with its sidecar, as a Sink.
//
// Here it is decided what a checkpoint claims and when the file may be finished; the order of the
// steps on the disk is Checkpointer's. After a failed sync the sink is broken: every call fails
// with that error, and what the last good checkpoint claims is what counts.
//
// Where there are no locks a file FILE.partial.lock stands in for one (partial_lock.hpp); it goes
// when the sink does.
//
// Where it writes past the page cache, what is on its way does not count as written, for any
// purpose but held(), until it has reached the file (write_behind.hpp).
//
// Thread: loop; checkpoints run on `disk`, re-checks and whole-file digests on `hashing`. The sink
// may be destroyed at any time, from a callback of its own too: no callback comes after that, and
// nothing of it changes the disk any more. For that the destructor waits for a checkpoint and a
// write that are being carried out; those that have not begun are left out. The workers must
// outlive the sink; the Target need not.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "core/ports.hpp"
#include "core/published_pieces.hpp"
#include "core/sink.hpp"
#include "store/ledger.hpp"
#include "store/target.hpp"

namespace xget::store {

class CommitGroup;

struct PartialSettings {
  Preallocate preallocate = Preallocate::Full;
  bool replace_existing = false;         // FILE may be replaced by finish()
  bool another_name_will_do = false;     // finish() may give a numbered one where FILE is taken
  std::optional<std::uint32_t> mode;     // of FILE; nullopt: as the umask has it
  bool server_time = false;              // FILE was last modified when the server says so
  bool tiny = false;                     // one response brings it all: no sidecar is written
  std::string url;                       // recorded for people; without secrets
  std::optional<ExpectedDigest> digest;  // of the whole file
  std::string digest_by;                 // who says it, for messages; empty: the user
  std::optional<core::PublishedPieces> pieces;
  // A file that is a large part of this does not go through the page cache: it is written past it,
  // or leaves it once synced.
  std::uint64_t physical_memory = 0;
  // Who writes past the page cache; null: nobody. Bytes that are read back on the way, for a digest
  // or published pieces, go through it all the same.
  core::Worker* writer = nullptr;
  // With whom a file without a sidecar gets its final name; null: by itself.
  CommitGroup* commits = nullptr;
  DirectIo direct_io = DirectIo::Auto;
};

class PartialSink final : public core::Sink {
 public:
  // A new FILE.partial. `representation.size` may be unknown: then nothing is preallocated and no
  // sidecar is written, since such a download cannot be resumed. Fails with Disk, with Busy, and
  // with Checksum if the published pieces are those of a file of another size.
  static Result<std::unique_ptr<PartialSink>> create(Target& target, core::Worker& disk,
                                                     core::Worker& hashing,
                                                     const core::Representation& representation,
                                                     PartialSettings settings);
  // Goes on with a partial and what its sidecar claims.
  static Result<std::unique_ptr<PartialSink>> resume(Target& target, core::Worker& disk,
                                                     core::Worker& hashing, OpenPartial partial,
                                                     const core::Representation& representation,
                                                     PartialSettings settings);
  // Goes on with a partial that has no sidecar: all its bytes become claims once they are hashed;
  // verify_claims() does that. Nothing proves them but what the caller compared.
  static Result<std::unique_ptr<PartialSink>> adopt(Target& target, core::Worker& disk,
                                                    core::Worker& hashing, OpenPartial partial,
                                                    const core::Representation& representation,
                                                    PartialSettings settings);
  ~PartialSink() override;

  // From now on it changes nothing on the disk but by write(); its lock stays. Waits for a
  // checkpoint that is being carried out. Before its names are renamed or removed by others.
  void retire();

  // What is held or claimed: not to be fetched again unless verify_claims() says it is bad.
  [[nodiscard]] RangeSet held() const override;
  [[nodiscard]] RangeSet readable() const override;
  [[nodiscard]] std::uint64_t piece_length() const;
  // Bytes the last successful checkpoint claims.
  [[nodiscard]] std::uint64_t durable_bytes() const override;
  // What was written can be read back from it, for samples.
  [[nodiscard]] core::File& file();
  // What is known of the version from now on: recorded by the next checkpoint, and by the mark of
  // the finished file.
  void record(const core::Validators& validators);
  // The whole file's digest, of which the server tells only now: checked as if it had been given at
  // the beginning, and recorded likewise. Where there was none; before finish(). Fails with Usage
  // as make_digester, and nothing is expected then.
  Result<void> expect(const ExpectedDigest& digest, std::string said_by);

  Result<void> write(std::uint64_t offset, core::LentBytes bytes) override;
  [[nodiscard]] std::size_t alignment() const override;
  [[nodiscard]] bool takes_more() const override;
  [[nodiscard]] std::uint64_t window_end() const override { return kUnknownEnd; }
  [[nodiscard]] std::uint64_t window_length() const override { return kUnknownEnd; }
  void on_room(std::function<void()> callback) override;
  [[nodiscard]] std::uint64_t undurable_bytes() const override;
  void checkpoint(Done done) override;
  // `bad` is also called later, should bytes written in this run read back differently; a range
  // found before the first call is told then. Once only.
  void verify_claims(std::function<void(ByteRange)> bad, Done done) override;
  // A piece is checked once all of it is written, and verified where an earlier run claimed it.
  void on_wrong_piece(std::function<void(ByteRange)> wrong) override;
  // Drops every run and piece that the range touches: held() tells what is left.
  void forget(ByteRange range) override;
  // Waits for verify_claims() if that is under way, for the pieces and the digest. Fails with
  // Checksum (partial and sidecar are kept), with Exists, and with Disk; if bytes are missing
  // because they turned out bad or wrong, it may be called again once they are written.
  void finish(std::uint64_t size, Done done) override;
  bool cancel_finish() override;
  // What the file is called once finish() has succeeded: FILE's name, or a numbered one.
  [[nodiscard]] std::string final_name() const;
  // As Checkpointer's.
  [[nodiscard]] std::optional<core::FileInfo> finished_file() const;

 private:
  class Impl;
  explicit PartialSink(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace xget::store
