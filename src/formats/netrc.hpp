// Logins by host, as ftp(1), curl and git read them from ~/.netrc:
//
//   machine HOST login USER password PASSWORD
//   default login USER password PASSWORD
//
// Words are parted by white space and may stand on any number of lines; "#" where a keyword could
// stand begins a comment; an account and a macdef (up to an empty line) are skipped. A word in
// double quotes may hold spaces, with \ before " and \ (as in curl; \n, \r and \t are known too).
// Nothing is guessed: a word that is no keyword refuses the whole file, since it is most often the
// second half of a password that wants quotes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLargestNetrc = 1 << 20;  // bytes
inline constexpr std::size_t kMostNetrcEntries = 10'000;

struct NetrcLogin {
  std::string user;  // empty: none is named, and nothing can be sent
  std::string password;
};

struct NetrcEntry {
  std::string host;  // in lower case
  NetrcLogin login;
};

class Netrc {
 public:
  Netrc(std::vector<NetrcEntry> machines, std::optional<NetrcLogin> fallback);

  // The host's own entry, the first one if there are several; nullptr if there is none. The
  // default is not asked: whether it may stand in is the caller's to judge. `host` is in lower
  // case.
  [[nodiscard]] const NetrcLogin* find(std::string_view host) const;
  // Likewise, but the first entry of this user.
  [[nodiscard]] const NetrcLogin* find(std::string_view host, std::string_view user) const;
  // The default entry, for hosts without one of their own; nullptr if there is none.
  [[nodiscard]] const NetrcLogin* fallback() const { return fallback_ ? &*fallback_ : nullptr; }

 private:
  std::vector<NetrcEntry> machines_;
  std::optional<NetrcLogin> fallback_;
};

// Fails with Usage: what is wrong and in which line, without a word of the file.
Result<Netrc> parse_netrc(std::string_view text);

}  // namespace xget::formats
