#include "engine/basic_credentials.hpp"

#include <cstdint>

namespace xget::engine {

std::string basic_credentials(std::string_view user_password) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded = "Basic ";
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : user_password) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) encoded += kAlphabet[(bits >> (held - 6)) & 63];
  }
  if (held > 0) encoded += kAlphabet[(bits << (6 - held)) & 63];
  while ((encoded.size() - 6) % 4 != 0) encoded += '=';
  return encoded;
}

}  // namespace xget::engine
