// TraceFile: a file of trace events, a JSON array with one to a line. It is whole once end() was
// called; whoever reads Chrome's trace events takes it without its last bracket too, as a kill
// leaves it.
//
// Events go to a buffer; a thread of its own writes that out some times a second, so that no disk
// holds up who adds them. What does not fit into the buffer is left out and counted.
// Thread: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/descriptor.hpp"
#include "core/ports.hpp"

namespace xget::store {

class TraceFile final : public core::TraceSink {
 public:
  static constexpr std::size_t kMostWaiting = 16ULL << 20;  // bytes

  // Replaces an older timeline, and no other file. Fails with Disk.
  static Result<std::unique_ptr<TraceFile>> create(const std::string& path);
  ~TraceFile() override;
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  void add(std::string_view event) override;

  // Writes what waits; what is added later is left out. Fails with Disk where not all could be
  // written or kept.
  Result<void> end();

 private:
  TraceFile(Descriptor file, std::string path);
  void run() noexcept;
  void write(std::string_view text);

  const std::string path_;
  const Descriptor file_;
  bool failed_ = false;  // the thread's, until it has ended
  int error_ = 0;        // likewise: errno of the write that failed

  std::mutex end_;    // only one waits for the thread
  std::mutex mutex_;  // guards the next five
  std::condition_variable work_;
  std::string waiting_;
  bool any_ = false;
  bool ending_ = false;
  std::uint64_t left_out_ = 0;  // events
  std::thread thread_;
};

}  // namespace xget::store
