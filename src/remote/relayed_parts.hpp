// RelayedParts: parts that are fetched from elsewhere. Each is held in memory from its first byte
// until the store has it: its digests go before its bytes (the signature, where there is no TLS,
// and Content-MD5), and it may have to be sent twice, which must not cost a second fetch. How much
// all copies hold together is bounded (MemoryBudget).
// Thread: loop.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "remote/memory_budget.hpp"
#include "remote/part_source.hpp"
#include "remote/source_reader.hpp"

namespace xget::remote {

struct RelayPorts {
  core::Clock& clock;
  core::Random& random;
  core::Worker& worker;
  MemoryBudget& memory;
};

struct RelaySettings {
  SourceReaderSettings reader;
  bool hashes_payload = false;  // as in PartTarget
  int connections = 8;
};

// What both kinds do with a part that has come: its digests are computed on a worker.
class HeldParts {
 public:
  HeldParts(bool with_sha256, core::Worker& worker);
  ~HeldParts();
  HeldParts(const HeldParts&) = delete;
  HeldParts& operator=(const HeldParts&) = delete;

  void digest(std::vector<std::byte> bytes, MemoryBudget::Lease lease, PartSource::Ready ready);

 private:
  const bool with_sha256_;
  core::Worker& worker_;
  std::shared_ptr<bool> alive_;  // until callbacks are of no use any more
};

// Of one version of what serves ranges: several at a time.
class RelayedParts final : public PartSource {
 public:
  RelayedParts(RelaySettings settings, core::Source& source, core::Representation version,
               SourceReader::TellRetry tell_retry, RelayPorts ports);

  void prepare(ByteRange range, Ready ready) override;
  [[nodiscard]] std::size_t most_at_once() const override;
  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;

 private:
  struct Part {
    ByteRange range;
    Ready ready;
    MemoryBudget::Lease lease;             // null: it waits for room
    std::unique_ptr<SourceReader> reader;  // likewise
  };
  void begin(Part& part);

  const RelaySettings settings_;
  core::Source& source_;
  const core::Representation version_;
  const SourceReader::TellRetry tell_retry_;
  RelayPorts ports_;
  HeldParts held_;
  std::list<Part> parts_;
};

// Of one answer, as they come: one after the other.
class StreamedParts final : public PartSource {
 public:
  // `reader`: at its beginning. Null: it was read already; what is asked for fails with Changed.
  StreamedParts(const RelaySettings& settings, const core::Source& source,
                std::unique_ptr<SourceReader> reader, RelayPorts ports);

  void prepare(ByteRange range, Ready ready) override;
  [[nodiscard]] std::size_t most_at_once() const override { return 1; }
  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;

 private:
  void fail_part(Error error);

  const core::Source& source_;
  RelayPorts ports_;
  HeldParts held_;
  std::unique_ptr<SourceReader> reader_;
  std::uint64_t next_ = 0;  // the byte that comes next
  struct Wanted {
    ByteRange range;
    Ready ready;
    MemoryBudget::Lease lease;  // null: it waits for room
  };
  std::optional<Wanted> wanted_;
};

// Why nothing more comes of a source.
Error fetch_error(const core::Failure& failure, const core::Source& source);

}  // namespace xget::remote
