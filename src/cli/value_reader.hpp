// Reads option values into fields and remembers the first one that makes no sense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.hpp"
#include "cli/given.hpp"
#include "cli/usage_error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

inline constexpr const char* kWantedSize = "a size, like 512K or 16MiB";
inline constexpr const char* kWantedConnections = "a number from 1 to 256";
static_assert(kMostConnections == 256, "the texts say so: here, in interpret.cpp and the help");
inline constexpr const char* kWantedProxyAuth = "any, basic, digest, ntlm or negotiate";

inline std::optional<int> parse_count(const std::string& text, std::uint64_t least,
                                      std::uint64_t most) {
  const auto count = parse_u64(text);
  if (!count || *count < least || *count > most) return std::nullopt;
  return static_cast<int>(*count);
}

inline std::optional<int> parse_connection_count(const std::string& text) {
  return parse_count(text, 1, kMostConnections);
}

inline std::optional<ProxyAuth> parse_proxy_auth(const std::string& text) {
  if (text == "any") return ProxyAuth::Any;
  if (text == "basic") return ProxyAuth::Basic;
  if (text == "digest") return ProxyAuth::Digest;
  if (text == "ntlm") return ProxyAuth::Ntlm;
  if (text == "negotiate") return ProxyAuth::Negotiate;
  return std::nullopt;
}

class ValueReader {
 public:
  // `given` must outlive the reader.
  explicit ValueReader(const Given& given) : given_(given) {}

  // Leaves `into` alone where the option was not given. `parse` takes the text and gives an
  // optional; `wanted` completes "... is not".
  template <typename Field, typename Parse>
  void read(OptionId id, Field& into, Parse parse, const char* wanted) {
    const std::string* text = given_.last(id);
    if (text == nullptr || error_) return;
    if (auto value = parse(*text)) {
      into = *std::move(value);
    } else {
      error_ = refuse_usage(row_of(id).longest(), "\"" + *text + "\" is not " + wanted).value();
    }
  }

  void read_text(OptionId id, std::string& into) {
    if (const std::string* text = given_.last(id)) into = *text;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Given& given_;
  std::optional<Error> error_;
};

}  // namespace xget::cli
