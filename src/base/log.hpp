// The logger behind one header; only log.cpp knows which library it is.
// Thread-safe. Nothing that is logged may hold a secret: URLs go through net::without_secrets.
#pragma once

#include <string>
#include <string_view>

namespace xget::log {

enum class Level { Trace, Debug, Info, Warning, Off };

// Off until called. Appends to the file, which is made if it is not there, but no folder is. An
// empty file name logs to standard error. False if the file cannot be opened: errno says why.
bool start(Level level, const std::string& file);
bool enabled(Level level);
// A line could not be written since the start: the log is incomplete.
bool broken();
void write(Level level, std::string_view text);

inline void trace(std::string_view text) { write(Level::Trace, text); }
inline void debug(std::string_view text) { write(Level::Debug, text); }
inline void info(std::string_view text) { write(Level::Info, text); }
inline void warning(std::string_view text) { write(Level::Warning, text); }

}  // namespace xget::log
