// The ports: every effect on the outside world goes through one of these. The real ones live in
// net/ and store/, the simulated ones in tests/sim/.
//
// Thread: all of them are called on the loop thread and call back on the loop thread, never from
// inside the call that asked, unless a line says otherwise. The exception is File and Folder:
// their calls block, and may be made on a worker, one at a time for each object, except that
// File::write_at, read_at, sync_data, drop_cache and one write_direct of one file may run at the
// same time, and so may all calls of one Folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/byte_range.hpp"
#include "base/time.hpp"
#include "core/http_message.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::core {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  virtual WallTime wall_now() = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // uniform over all 64 bits
};

// ---- network ------------------------------------------------------------------------------

using RequestId = std::uint64_t;  // never 0, never used twice

enum class Method { Get, Head, Put, Post, Delete };

// What a request sends after its head.
class RequestBody {
 public:
  virtual ~RequestBody() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;  // bytes; the same from first to last
  // Up to into.size() bytes from `offset` on, which is less than size(). 0: none are there yet;
  // asked for again after Transport::resume. Asked for in order, but once more from an earlier
  // offset where the connection turned out to be dead. An error ends the request as BodyFailed.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
};

// One request, no redirects followed.
struct HttpRequest {
  Method method = Method::Get;
  std::string url;              // absolute http or https URL, no user info, no fragment
  std::vector<Header> headers;  // all that are to be sent besides Host
  std::string pinned_address;   // IP literal to connect to (no brackets); empty: none
  std::string connect_to;       // curl's HOST:PORT:TO_HOST:TO_PORT rule in force, or empty
  std::string proxy;            // proxy URL; empty: connect directly
  ProxyAuth proxy_auth = ProxyAuth::Any;
  bool http2 = false;                 // HTTP/2 may be used; only over TLS is it ever
  bool fresh = false;                 // over a new connection, not one that served before
  std::shared_ptr<RequestBody> body;  // of Put and Post; null: none. The transport shares it.
};

// How a request ended on the wire. What the response meant is judged elsewhere.
enum class TransferStatus {
  Ok,              // the body came to its announced or framed end
  CutShort,        // the connection ended or broke in the middle of the body
  ConnectFailed,   // refused, unreachable
  TimedOut,        // the connection or its handshake took too long
  Broken,          // the connection ended before the head was complete
  BadResponse,     // a head that is none of HTTP, or breaks its rules
  TlsFailed,       // the handshake failed; certificate problems are CertificateBad
  CertificateBad,  // not valid for this host: final
  WrongKey,        // its public key is not the pinned one: final
  ProxyFailed,     // the proxy cannot be resolved, reached or refuses
  ProxyDenied,     // it wants credentials, or others: final
  Cancelled,       // the listener refused it
  BodyFailed,      // what was to be sent could not be read
  Unusable,        // a request that can never work (bad client certificate file, bad URL): final
};

struct TransferEnd {
  TransferStatus status = TransferStatus::Ok;
  long number = 0;            // the transport's own code, for messages
  std::string cause;          // in words, printable
  bool length_known = false;  // the end was proven by Content-Length or framing, not by a close
  bool reused = false;        // the connection had served a request before
};

// What the transport learnt of the connection when the head arrived.
struct ConnectionFacts {
  Duration connect_time{};     // TCP and TLS; zero on a reused connection
  Duration first_byte_time{};  // from sending the request to the first byte of the head
  std::string remote_address;
  std::string tls;  // "TLSv1.3"; empty: none, or not known
  bool reused = false;
};

// What the kernel knows of the way that a response's bytes take.
struct PathFacts {
  std::uint64_t out_of_order = 0;  // packets since the connection began: before them some were lost
  Duration round_trip{};           // now, with the time that packets spend in queues
  Duration least_round_trip{};     // without it, as far as it is known
};

enum class HeadVerdict {
  Accept,  // body bytes follow
  Drain,   // the body is not wanted: read it away if it is short, so that the connection lives on
  Refuse,  // end it now
};
enum class Flow {
  Continue,  // more, please
  Pause,     // these bytes were taken; no more until Transport::resume
  Stop,      // these bytes were taken; end it now (the connection is lost)
};

class TransferListener {
 public:
  virtual ~TransferListener() = default;
  virtual HeadVerdict on_head(RequestId id, const ResponseHead& head,
                              const ConnectionFacts& facts) = 0;
  // At most 16 KiB at a time with the real transport. Called for accepted heads only.
  virtual Flow on_body(RequestId id, std::span<const std::byte> bytes) = 0;
  // Once for every request that was not cancelled by Transport::cancel. Drained requests end
  // with Ok, stopped and refused ones with Cancelled.
  virtual void on_transfer_end(RequestId id, const TransferEnd& end) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // The listener must live until on_transfer_end or cancel.
  virtual RequestId start(const HttpRequest& request, TransferListener& listener) = 0;
  // No callback for this id after this. May be called from inside any callback of the listener,
  // its own id's too. Unknown ids are ignored. Its connection is not used again, unless another
  // request is on it: who cancels may do so because nothing comes through any more.
  virtual void cancel(RequestId id) = 0;
  virtual void resume(RequestId id) = 0;  // after Flow::Pause, or a body that had nothing yet
  // Of a request whose head was accepted. nullopt: not known.
  virtual std::optional<PathFacts> path(RequestId id) = 0;
};

using LookupId = std::uint64_t;  // never 0

class Resolver {
 public:
  virtual ~Resolver() = default;
  // IP literals of a host name, most promising first (RFC 6724 order as the system gives it), no
  // duplicates, never empty on success. An IP literal resolves to itself. `done` is called later,
  // once, unless cancelled. An error is Network, or Usage where no later answer could be another.
  virtual LookupId resolve(const std::string& host,
                           std::function<void(Result<std::vector<std::string>>)> done) = 0;
  virtual void cancel(LookupId id) = 0;
};

// ---- fresh URLs ---------------------------------------------------------------------------

// Knows a fresh URL when the one the user gave is refused: it may have expired.
class UrlRefresher {
 public:
  struct Answer {
    Result<std::string> url;        // as it was given back: not checked yet, it may carry secrets
    std::vector<std::string> said;  // in words, for the user; printable
  };
  // Ends what is under way; no callback comes after that.
  virtual ~UrlRefresher() = default;
  // One at a time. `status` is the HTTP status of the refusal. `done` is called once; the time
  // until then is bounded.
  virtual void refresh(long status, std::function<void(Answer)> done) = 0;
  // No callback for what is under way after this.
  virtual void cancel() = 0;
};

// ---- a timeline for those who look where the time goes -------------------------------------

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  // One event: a JSON object on one line, without a line break. Returns at once; what cannot be
  // kept is left out. May be called on any thread.
  virtual void add(std::string_view event) = 0;
};

// ---- work that may block for long ---------------------------------------------------------

class Worker {
 public:
  virtual ~Worker() = default;
  // Runs `task` elsewhere, then `done` on the loop thread. Tasks of one Worker run in order. The
  // queue is bounded by its users: each keeps at most one task of a kind under way.
  virtual void submit(std::function<void()> task, std::function<void()> done) = 0;
  // Runs `done` on the loop thread, never from inside this call. It waits for no task.
  virtual void soon(std::function<void()> done) {
    submit([] {}, std::move(done));
  }
};

// ---- disk ---------------------------------------------------------------------------------

struct FileInfo {
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::int64_t mtime_ns = 0;
  std::uint32_t mode = 0;  // permission bits alone
  std::uint32_t links = 1;
  bool regular = true;
  bool ours = true;  // owned by this process's user
};

enum class LockOutcome { Locked, HeldByOther, Unsupported };

// Whether a file can be written past the page cache. Slow: where seeking costs, the kernel puts
// writes into a better order.
enum class DirectWrites { Impossible, Slow, Fast };
inline constexpr std::size_t kDirectAlignment = 4096;

// An open regular file. Closing releases its lock. Errors are ErrorCode::Disk with errno.
class File {
 public:
  virtual ~File() = default;
  virtual Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;  // all
  // Before the first write_direct, which must not be called where they are impossible.
  virtual DirectWrites direct_writes() { return DirectWrites::Impossible; }
  // As write_at, past the page cache. Offset, length and address are multiples of kDirectAlignment.
  // No page may be written by both at the same time. Durable no sooner than by write_at.
  virtual Result<void> write_direct(std::uint64_t offset, std::span<const std::byte> bytes) {
    return write_at(offset, bytes);
  }
  // Fewer bytes than asked only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  virtual Result<void> sync_data() = 0;  // fdatasync
  virtual Result<void> sync() = 0;       // fsync
  // After a sync of the whole file system: fails where anything that was written through this file
  // since it was opened could not be put on the disk.
  virtual Result<void> check_written() = 0;
  virtual Result<void> preallocate(std::uint64_t size, Preallocate how) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // All that the other one holds, which must be of the same FileSystem, without a copy of it: both
  // share its room until one is written to. Nothing is changed where it fails.
  virtual Result<void> clone(File& from) = 0;
  virtual Result<FileInfo> info() = 0;
  virtual Result<LockOutcome> lock() = 0;  // whole file, exclusive, does not wait
  virtual Result<void> set_mode(std::uint32_t mode) = 0;
  virtual Result<void> set_modification_time(WallTime time) = 0;
  virtual void drop_cache(ByteRange range) = 0;  // advice; synced pages only
  // Extended attributes in the "user." name space; nullopt or false where there are none.
  virtual std::optional<std::string> attribute(const std::string& name) = 0;
  virtual bool set_attribute(const std::string& name, std::string_view value) = 0;
};

enum class Access { Read, ReadWrite };

// The same for every handle of one folder.
struct FolderId {
  std::uint64_t file_system = 0;
  std::uint64_t inode = 0;
  friend bool operator<(const FolderId& a, const FolderId& b) {
    return std::tie(a.file_system, a.inode) < std::tie(b.file_system, b.inode);
  }
};

// An open folder. Names are single components; symbolic links are never followed.
class Folder {
 public:
  virtual ~Folder() = default;
  // Fails with EEXIST if the name is taken.
  virtual Result<std::unique_ptr<File>> create(const std::string& name, std::uint32_t mode) = 0;
  virtual Result<std::unique_ptr<File>> open(const std::string& name, Access access) = 0;
  virtual Result<std::optional<FileInfo>> info(const std::string& name) = 0;  // nullopt: absent
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;  // replaces
  virtual Result<void> rename_no_replace(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& name) = 0;  // absent: fine
  // Another name for an open file of the same FileSystem. Fails with EEXIST if the name is taken.
  virtual Result<void> link(File& file, const std::string& name) = 0;
  // Adds to a file, private to its owner and made if missing, in one step beside other processes
  // that do. Not durable.
  virtual Result<void> append(const std::string& name, std::string_view bytes) = 0;
  virtual Result<void> sync() = 0;
  // Contents and names of all of its file system; worth as much as a sync of each only where
  // synced_as_a_whole().
  virtual Result<void> sync_file_system() = 0;
  [[nodiscard]] virtual bool synced_as_a_whole() = 0;
  [[nodiscard]] virtual FolderId id() = 0;
  virtual Result<void> writable() = 0;     // may this process create names here?
  virtual std::uint64_t free_bytes() = 0;  // for this user; UINT64_MAX if unknown
  virtual std::size_t longest_name() = 0;  // bytes a name may have
  virtual std::uint32_t file_mode() = 0;   // 0666 less the umask
  virtual std::string whole_path() = 0;    // absolute, without links; empty: not known
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Empty path: the working folder. Fails with Disk.
  virtual Result<std::shared_ptr<Folder>> open_folder(const std::string& path) = 0;
  virtual Result<void> make_folder(const std::string& path) = 0;  // with parents; exists: fine
};

}  // namespace xget::core
