// What a job is told to do, and what it does it with.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "core/mirrors.hpp"
#include "core/named_bytes.hpp"
#include "core/ports.hpp"
#include "core/published_pieces.hpp"
#include "core/rate_limits.hpp"
#include "core/same_bytes.hpp"
#include "core/source.hpp"
#include "engine/buffer_pool.hpp"
#include "engine/mirror_sources.hpp"
#include "engine/originals.hpp"
#include "engine/trace.hpp"
#include "store/commit_group.hpp"
#include "store/finished_files.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"

namespace xget::engine {

// Who says a digest, in messages, where nobody else does.
inline constexpr const char* kTheServer = "the server";
inline constexpr const char* kTheServersMetalink = "the server's Metalink";

struct JobSettings {
  JobId id = 0;
  std::string path;  // of the target; "-": standard output, and a stream is given
  // The folder in which the server may name the file (empty: the working folder). `path` is then
  // what it is called where the server gives no name, and may be empty.
  std::optional<std::string> server_names_in;
  Existing existing = Existing::Refuse;
  Resume resume = Resume::Default;
  OnChange on_change = OnChange::Restart;
  std::optional<std::uint32_t> mode;  // of the finished file; nullopt: as the umask has it
  bool server_time = true;            // it was last modified when the server says so
  Preallocate preallocate = Preallocate::Full;
  DirectIo direct_io = DirectIo::Auto;
  CheckpointInterval checkpoint_interval;
  std::string checkpoint_folder;
  // Nothing is fetched while the server's version has this ETag, whether or not a file is there. As
  // its header has it; empty: none. A partial file is gone on from all the same.
  std::string unless_tagged;
  bool skip_existing = false;  // what is marked as finished from this URL is not asked about
  std::optional<std::uint64_t> max_filesize;
  std::optional<std::uint64_t> size;  // bytes that the file must have; nullopt: nobody said
  // Who says them: a file's name, printable. Empty: the user, by hand.
  std::optional<ExpectedDigest> digest;
  std::string digest_by;
  Dedupe dedupe = Dedupe::Off;  // for a file alone
  std::optional<core::PublishedPieces> pieces;
  std::string pieces_by;
  std::string country;  // whose mirrors go first, where a server names some; empty: none
  bool strict = false;
  bool dry_run = false;                // it ends once it is known what would be done
  bool gives_way_to_metalink = false;  // where the server says that the resource is one
  Duration stall_timeout = std::chrono::seconds(20);
  Duration connect_timeout = std::chrono::seconds(15);
  core::RetryLimits retry;
  int most_connections = kMostConnections;  // to all mirrors
  std::uint64_t crawl_rate = 1024;          // bytes per second
  std::uint64_t physical_memory = 0;

  // What it shares with others that need not be fetched besides; empty: nothing.
  [[nodiscard]] std::string content() const {
    return dedupe == Dedupe::Off || !digest ? "" : core::content_named_by(*digest);
  }
  // As core/named_bytes.hpp has it, by what was given for this job.
  [[nodiscard]] bool names_bytes(std::optional<std::uint64_t> version_size) const {
    return core::names_bytes(digest, pieces, version_size);
  }
};

// All must outlive the job.
struct JobPorts {
  core::Clock& clock;
  core::Random& random;
  core::FileSystem& files;
  core::Worker& disk;
  core::Worker& hashing;
  core::Worker& writing;
  core::RateLimits& limits;
  BufferPool& buffers;
  store::CommitGroup& commits;
  core::TraceSink* trace = nullptr;          // null: nobody watches
  store::FinishedFiles* finished = nullptr;  // null: nothing is kept elsewhere
  Originals* originals = nullptr;            // null: every file is fetched
};

// What the parts of a job share. They live as long as the job.
struct JobContext {
  const JobSettings& settings;
  const JobPorts& ports;
  MirrorSources& sources;
  core::Mirrors& mirrors;
  core::SourceListener& listener;  // under which all is fetched; hands the callbacks on
  core::UrlRefresher* refresher;   // null: there is none
  std::function<void()> wake;      // on_time() has something to do now
  std::function<void(Event)> tell;
  Trace* trace = nullptr;  // null: nobody watches

  [[nodiscard]] std::string url() const { return sources.name(0); }  // the first, without secrets
  // A request of now to this mirror that is without an answer then has stalled.
  [[nodiscard]] Instant answer_by(core::MirrorId mirror, Instant now) const {
    return mirrors.at(mirror).retry.answer_by(now,
                                              settings.connect_timeout + settings.stall_timeout);
  }
  void note(std::string text) const;
  void tell_retry(core::MirrorId mirror, const core::Failure& failure, Duration wait) const;
};

}  // namespace xget::engine
