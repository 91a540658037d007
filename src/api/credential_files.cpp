#include "api/credential_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "api/kept_file.hpp"
#include "api/option_error.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"
#include "formats/cookie_file.hpp"

namespace xget::api {
namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
constexpr std::size_t kLargestKeyFile = 4096;  // bytes

// "FILE, line 3: why"
tl::unexpected<Error> refuse_content(const char* option, const std::string& path,
                                     const Error& why) {
  const std::string place = why.subject.empty() ? "" : ", " + why.subject;
  return option_error(option, printable(path) + place + ": " + why.cause);
}

Result<FileText> read_file(const char* option, const std::string& path, std::size_t most_bytes) {
  auto file = read_whole_file(path, most_bytes);
  if (!file) return option_error(option, printable(path) + " cannot be read: " + file.error());
  return *std::move(file);
}

// Pipes are nobody else's.
Result<void> check_closed(const char* option, const std::string& path, const FileText& file,
                          const char* what) {
  if (!S_ISREG(file.status.st_mode) || (file.status.st_mode & kOthers) == 0) return {};
  return option_error(option, printable(path) + " is open to others, and it holds " + what,
                      "close it: chmod 600 " + printable(path));
}

Result<std::string> netrc_path(const Options& options) {
  if (!options.netrc_file.empty()) return options.netrc_file;
  if (const char* named = std::getenv("NETRC"); named != nullptr && *named != '\0') return named;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    return option_error("--netrc", "HOME is not set, and that is where .netrc would be",
                        "name the file with --netrc-file FILE");
  }
  return std::string(home) + "/.netrc";
}

Result<std::shared_ptr<const formats::Netrc>> read_netrc(const Options& options) {
  const bool for_a_host = std::any_of(options.hosts.begin(), options.hosts.end(),
                                      [](const auto& host) { return host.netrc.value_or(false); });
  if (!options.netrc && options.netrc_file.empty() && !for_a_host) return nullptr;
  const char* option = options.netrc_file.empty() ? "--netrc" : "--netrc-file";
  const auto path = netrc_path(options);
  if (!path) return fail(path.error());
  const auto file = read_file(option, *path, formats::kLargestNetrc);
  if (!file) return fail(file.error());
  if (auto closed = check_closed(option, *path, *file, "passwords"); !closed) {
    return fail(std::move(closed.error()));
  }
  auto netrc = formats::parse_netrc(file->text);
  if (!netrc) return refuse_content(option, *path, netrc.error());
  return std::make_shared<const formats::Netrc>(*std::move(netrc));
}

Result<void> add_cookies(const char* option, const std::string& path,
                         std::vector<std::string>& cookies) {
  const auto file = read_file(option, path, formats::kLargestCookieFile);
  if (!file) return fail(file.error());
  auto more = formats::parse_cookie_file(file->text);
  if (!more) return refuse_content(option, path, more.error());
  cookies.insert(cookies.end(), more->begin(), more->end());
  return {};
}

// The later of two lines for one cookie replaces the earlier one.
Result<std::optional<std::vector<std::string>>> read_cookies(const Options& options) {
  if (options.cookies.empty() && options.cookie_jar.empty()) return std::nullopt;
  std::vector<std::string> cookies;
  if (!options.cookie_jar.empty()) {
    const auto there = check_kept_file("--cookie-jar", options.cookie_jar);
    if (!there) return fail(there.error());
    if (*there) {
      auto added = add_cookies("--cookie-jar", options.cookie_jar, cookies);
      if (!added) return fail(std::move(added.error()));
    }
  }
  if (!options.cookies.empty()) {
    auto added = add_cookies("--cookies", options.cookies, cookies);
    if (!added) return fail(std::move(added.error()));
  }
  return cookies;
}

}  // namespace

Result<CredentialFiles> read_credential_files(const Options& options) {
  auto netrc = read_netrc(options);
  if (!netrc) return fail(std::move(netrc.error()));
  auto cookies = read_cookies(options);
  if (!cookies) return fail(std::move(cookies.error()));
  return CredentialFiles{*std::move(netrc), *std::move(cookies)};
}

Result<remote::CustomerKey> read_customer_key(const char* option, const std::string& path) {
  const auto file = read_file(option, path, kLargestKeyFile);
  if (!file) return fail(file.error());
  if (auto closed = check_closed(option, path, *file, "a key"); !closed) {
    return fail(std::move(closed.error()));
  }
  auto key = remote::CustomerKey::parse(file->text);
  if (!key) {
    return option_error(option, printable(path) + ": " + key.error(),
                        "openssl rand -out FILE 32 makes one");
  }
  return *key;
}

}  // namespace xget::api
