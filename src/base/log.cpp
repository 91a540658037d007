#include "base/log.hpp"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "base/text.hpp"

namespace xget::log {
namespace {

std::atomic<Level> threshold{Level::Off};
std::atomic<bool> lines_lost{false};

// Never destroyed: threads may log until the process is gone.
std::atomic<spdlog::logger*> logger{nullptr};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Trace: return spdlog::level::trace;
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Off: break;
  }
  return spdlog::level::off;
}

// spdlog would make the folders of the name, mistyped ones too, and does not tell errno.
bool can_append(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return true;
}

// nullptr if the file cannot be opened.
spdlog::sink_ptr open_sink(const std::string& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  if (!can_append(file)) return nullptr;
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  } catch (const spdlog::spdlog_ex&) {
    return nullptr;
  }
}

}  // namespace

bool start(Level level, const std::string& file) {
  spdlog::sink_ptr sink = open_sink(file);
  if (!sink) return false;
  auto made = std::make_unique<spdlog::logger>("xget", std::move(sink));
  made->set_level(to_spdlog(level));
  // spdlog's own way would be to print it, in its own words and place.
  made->set_error_handler([](const std::string&) { lines_lost = true; });
  made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  // A log is read after the process was killed: each line goes out at once.
  made->flush_on(spdlog::level::trace);
  logger.store(made.release(), std::memory_order_release);
  threshold.store(level, std::memory_order_release);
  return true;
}

bool enabled(Level level) {
  const Level least = threshold.load(std::memory_order_acquire);
  return least != Level::Off && level >= least;
}

bool broken() { return lines_lost; }

void write(Level level, std::string_view text) {
  if (!enabled(level)) return;
  logger.load(std::memory_order_acquire)->log(to_spdlog(level), printable(text));
}

}  // namespace xget::log
