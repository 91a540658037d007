#include "api/check_trust.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "api/option_error.hpp"
#include "base/pem.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"

namespace xget::api {
namespace {

constexpr std::string_view kPinPrefix = "sha256//";
constexpr std::size_t kPinLength = 44;        // 32 bytes in base64, the last character "="
constexpr std::size_t kMostBytes = 64 << 20;  // of a file; the largest bundle has one or two

// nullopt: a pipe or the like, which can be read only once, and not here.
Result<std::optional<std::string>> read_option_file(const char* option, const std::string& path) {
  struct stat status {};
  const bool seen = ::stat(path.c_str(), &status) == 0;
  if (seen && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;
  auto file = read_whole_file(path, kMostBytes);
  if (!file) return option_error(option, printable(path) + " cannot be read: " + file.error());
  return std::move(file->text);
}

Result<void> check_authorities(const std::string& path) {
  const auto text = read_option_file("--cacert", path);
  if (!text) return fail(text.error());
  if (!*text || holds_certificate(**text)) return {};
  return option_error("--cacert", printable(path) + " holds no certificate in PEM");
}

Result<void> check_client_key(const Options& options, const std::string& certificate) {
  const char* option = options.key.empty() ? "--cert" : "--key";
  const std::string& path = options.key.empty() ? options.cert : options.key;
  const auto text = read_option_file(option, path);
  if (!text) return fail(text.error());
  if (!*text) return {};
  switch (judge_private_key(**text, certificate)) {
    case KeyVerdict::Fits: return {};
    case KeyVerdict::None:
      return option_error(option, printable(path) + " holds no private key in PEM",
                          options.key.empty() ? "name the key's file with --key" : "");
    case KeyVerdict::Encrypted:
      return option_error(
          option, "the private key in " + printable(path) + " wants a passphrase",
          "take it off for a copy that only you can read: openssl pkey -in KEY -out COPY");
    case KeyVerdict::Other:
      return option_error(option, "the private key in " + printable(path) +
                                      " does not belong to the certificate in " +
                                      printable(options.cert));
  }
  return {};
}

Result<void> check_client_certificate(const Options& options) {
  const auto text = read_option_file("--cert", options.cert);
  if (!text) return fail(text.error());
  if (!*text) return {};
  if (!holds_certificate(**text)) {
    return option_error("--cert", printable(options.cert) + " holds no certificate in PEM");
  }
  return check_client_key(options, **text);
}

bool is_base64_of_sha256(std::string_view text) {
  return text.size() == kPinLength && text.back() == '=' &&
         std::all_of(text.begin(), text.end() - 1, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '+' || c == '/';
         });
}

// "sha256//BASE64[;sha256//BASE64...][;]"
Result<void> check_pins(std::string_view pins) {
  if (pins.ends_with(';')) pins.remove_suffix(1);
  Parts each(pins, ';');
  while (const auto pin = each.next()) {
    if (!pin->starts_with(kPinPrefix) || !is_base64_of_sha256(pin->substr(kPinPrefix.size()))) {
      return option_error("--pinnedpubkey",
                          "\"" + printable(*pin) + "\" is not sha256// and 32 bytes in base64");
    }
  }
  return {};
}

Result<void> check_pinned_key(const std::string& pinned) {
  if (pinned.starts_with(kPinPrefix)) return check_pins(pinned);
  auto text = read_option_file("--pinnedpubkey", pinned);
  if (!text) {
    text.error().remedy = "give sha256//BASE64, or a file with the server's public key";
    return fail(std::move(text.error()));
  }
  if (!*text || holds_public_key(**text)) return {};
  return option_error("--pinnedpubkey", printable(pinned) + " holds no public key in PEM or DER");
}

}  // namespace

Result<void> check_trust(const Options& options) {
  if (!options.cacert.empty()) {
    if (auto sound = check_authorities(options.cacert); !sound) return sound;
  }
  if (!options.cert.empty()) {
    if (auto sound = check_client_certificate(options); !sound) return sound;
  }
  if (!options.pinned_public_key.empty()) return check_pinned_key(options.pinned_public_key);
  return {};
}

}  // namespace xget::api
