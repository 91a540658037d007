// What a caller asks for is checked, and completed, before any request.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "api/check_proxy.hpp"
#include "api/check_target.hpp"
#include "api/check_trust.hpp"
#include "api/job_request.hpp"
#include "store_fixture.hpp"
#include "xget/session.hpp"

using namespace xget;
using store_test::TemporaryFolder;
using store_test::write_file;

namespace {

const std::string kUrl = "https://host.example/dir/file.iso";

// The target's path, or the error's cause.
std::string target_of(const JobSpec& spec) {
  const auto path = target_path(spec);
  return path ? *path : path.error().cause;
}

bool refuses_header(const std::string& line) {
  const auto request = api::prepare({.url = kUrl, .headers = {line}}, {});
  if (!request) CHECK(request.error().code == ErrorCode::Usage);
  return !request.has_value();
}

// Usage, about this option and nothing else; empty if it is sound.
std::string refused_trust(const Options& options) {
  const auto sound = api::check_trust(options);
  if (!sound) CHECK(sound.error().code == ErrorCode::Usage);
  return sound ? "" : sound.error().subject;
}

}  // namespace

TEST_CASE("an address of a family that is not allowed is refused, unless another is asked") {
  const JobSpec spec{.url = "http://127.0.0.1/f"};
  const auto refused = [&](const Options& options) {
    const auto request = api::prepare(spec, options);
    if (!request) CHECK(request.error().code == ErrorCode::Usage);
    return !request;
  };
  CHECK(refused({.proxy = "none", .address_family = AddressFamily::IPv6}));
  CHECK_FALSE(refused({.proxy = "none", .address_family = AddressFamily::IPv4}));
  CHECK_FALSE(refused({.proxy = "http://[::1]:3128", .address_family = AddressFamily::IPv6}));
}

TEST_CASE("two ways to log in contradict each other") {
  const auto login_with = [](const std::string& header) {
    return api::prepare({.url = kUrl, .headers = {header}, .user_password = "me:pw"}, {});
  };
  const auto refused = login_with("authorization: Bearer x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Usage);
  CHECK(refused.error().subject == "--user");
  CHECK(refused.error().cause == "contradicts the Authorization that --header sends");
  CHECK(login_with("X-Authorization: x"));
}

TEST_CASE("a server's mirrors are used unless told otherwise, whatever is read as a Metalink") {
  const auto uses = [](const JobSpec& spec) { return api::prepare(spec, {})->server_mirrors; };
  CHECK(uses({.url = kUrl}));
  CHECK(uses({.url = kUrl, .metalink = MetalinkUse::Never}));
  CHECK_FALSE(uses({.url = kUrl, .server_mirrors = false}));
}

TEST_CASE("over https, a listed mirror is asked over http only where no forgery would pass") {
  const TemporaryFolder folder;
  const auto write_list = [&](const std::string& name, const std::string& size) {
    write_file(folder / name,
               R"(<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="f">)" + size +
                   R"(<pieces length="1024" type="sha-1"><hash>)" + std::string(40, 'a') +
                   "</hash></pieces><url>http://a.example/f</url></file></metalink>");
  };
  write_list("whole", "<size>1000</size>");
  write_list("of-no-size", "");
  const auto mirrors = [&](const std::string& pieces, const std::string& checksum) {
    Options options;
    options.proxy = "none";
    const auto request =
        api::prepare({.url = kUrl, .checksum = checksum, .pieces = folder / pieces}, options);
    REQUIRE(request.has_value());
    return request->mirrors.size();
  };
  CHECK(mirrors("whole", "") == 1);
  CHECK(mirrors("of-no-size", "") == 0);
  CHECK(mirrors("of-no-size", "crc32c:00000000") == 0);
  CHECK(mirrors("of-no-size", "sha256:" + std::string(64, '0')) == 1);
}

// ---- the target ----

TEST_CASE("a target is the given name, or the URL's, in the given folder") {
  CHECK(target_of({.url = kUrl}) == "file.iso");
  CHECK(target_of({.url = kUrl, .output = "mine"}) == "mine");
  CHECK(target_of({.url = kUrl, .folder = "there"}) == "there/file.iso");
  CHECK(target_of({.url = kUrl, .output = "mine", .folder = "there/"}) == "there/mine");
  CHECK(target_of({.url = kUrl, .output = "/mine", .folder = "there"}) == "/mine");
  CHECK(target_of({.url = kUrl, .output = "-", .folder = "there"}) == "-");
}

TEST_CASE("where a target is depends on its name alone, whatever else is wrong with the job") {
  CHECK(target_of({.url = kUrl,
                   .mirrors = {"ftp://host.example/"},
                   .headers = {"no colon"},
                   .refresh_command = {""},
                   .checksum = "sha256:none",
                   .pieces = "/no/such.torrent",
                   .location = "Germany"}) == "file.iso");
}

TEST_CASE("a target that can never be a file is refused") {
  CHECK(target_of({.url = "https://host.example/"}) == "the URL ends in no name for a file");
  CHECK(target_of({.url = kUrl, .output = "folder/"}) == "it names a folder");
  CHECK(target_of({.url = kUrl, .output = std::string("a\0b", 3)}) == "has a NUL in its name");
}

TEST_CASE("what stands at a target and is no file is refused, and is left alone") {
  const TemporaryFolder folder;
  write_file(folder / "file", "mine");
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink(folder / "file", folder / "link");
  std::filesystem::create_symlink(folder / "nothing", folder / "dangling");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(api::check_target(folder / "file").has_value());
  CHECK(api::check_target(folder / "nothing").has_value());
  for (const char* name : {"folder", "link", "dangling", "pipe"}) {
    INFO(name);
    const auto sound = api::check_target(folder / name);
    REQUIRE_FALSE(sound.has_value());
    CHECK(sound.error().code == ErrorCode::Usage);
    CHECK_FALSE(sound.error().remedy.empty());
  }
}

// ---- what is sent ----

TEST_CASE("a header is a name and a value, and no other header comes with it") {
  CHECK_FALSE(refuses_header("X-Mine: 1"));
  CHECK_FALSE(refuses_header("X-Mine:1"));
  CHECK_FALSE(refuses_header("X-Empty:"));
  for (const char* line : {"", ":", ": value", "no colon", "two words: x", "X-Mine: 1\r\nEvil: yes",
                           "X-Mine: 1\nEvil: yes", "X\r\nEvil: yes"}) {
    INFO(line);
    CHECK(refuses_header(line));
  }
  CHECK(refuses_header(std::string("X-Mine: a\0b", 11)));
}

TEST_CASE("headers that the download itself depends on cannot be given") {
  for (const char* line : {"Range: bytes=5-", "range:bytes=5-", "If-Range: \"x\"", "Host: other",
                           "Accept-Encoding: gzip", "Content-Length: 1"}) {
    INFO(line);
    CHECK(refuses_header(line));
  }
}

TEST_CASE("a refused header's value, which may be a secret, is not in the error") {
  const auto request = api::prepare({.url = kUrl, .headers = {"X-Key: canary\nX: canary"}}, {});
  REQUIRE_FALSE(request.has_value());
  CHECK(to_string(request.error()).find("canary") == std::string::npos);
}

TEST_CASE("a referer brings no other header along") {
  CHECK(api::prepare({.url = kUrl, .referer = "https://h/a"}, {})->source.referer == "https://h/a");
  const auto request = api::prepare({.url = kUrl, .referer = "https://h/\r\nEvil: canary"}, {});
  REQUIRE_FALSE(request.has_value());
  CHECK(request.error().subject == "--referer");
  CHECK(to_string(request.error()).find("canary") == std::string::npos);
}

TEST_CASE("credentials are the given ones, or else the URL's") {
  const std::string url = "https://me:mine@host.example/file";
  CHECK(api::prepare({.url = url}, {})->source.user_password == "me:mine");
  CHECK(api::prepare({.url = url, .user_password = "you:yours"}, {})->source.user_password ==
        "you:yours");
  CHECK(api::prepare({.url = kUrl}, {})->source.user_password.empty());
}

// ---- proxies ----

TEST_CASE("a proxy is a host with what belongs to it") {
  for (const char* proxy : {"", "none", "proxy.example", "proxy.example:3128", "[2001:db8::1]:80",
                            "http://proxy.example/", "SOCKS5h://me:mine@proxy.example:1080"}) {
    INFO(proxy);
    CHECK(api::check_proxy(proxy, "--proxy").has_value());
  }
  for (const char* proxy :
       {"http://", ":3128", "ftp://proxy.example", "proxy.example:", "proxy.example:0",
        "proxy.example:65536", "proxy.example:http", "two words", "[]", "[2001:db8::1]80"}) {
    INFO(proxy);
    CHECK_FALSE(api::check_proxy(proxy, "--proxy").has_value());
  }
}

TEST_CASE("a refused proxy's password is not in the error") {
  const auto sound = api::check_proxy("http://me:canary@proxy.example:none", "--proxy");
  REQUIRE_FALSE(sound.has_value());
  CHECK(sound.error().subject == "--proxy");
  CHECK(to_string(sound.error()).find("canary") == std::string::npos);
}

// ---- trust ----

TEST_CASE("files of trust that are missing, folders or something else are named by their option") {
  const TemporaryFolder folder;
  write_file(folder / "words", "no certificate");
  for (const std::string& path : {folder / "missing", folder.path(), folder / "words"}) {
    INFO(path);
    CHECK(refused_trust({.cacert = path}) == "--cacert");
    CHECK(refused_trust({.cert = path}) == "--cert");
    CHECK(refused_trust({.pinned_public_key = path}) == "--pinnedpubkey");
  }
  CHECK(refused_trust({}).empty());
}

TEST_CASE("a pin is a list of digests in base64") {
  const std::string pin = "sha256//" + std::string(43, 'A') + "=";
  CHECK(refused_trust({.pinned_public_key = pin}).empty());
  CHECK(refused_trust({.pinned_public_key = pin + ";" + pin}).empty());
  for (const std::string& wrong :
       {std::string("sha256//"), pin.substr(1), pin + ";" + pin.substr(0, 40), pin + ";x",
        "sha256//" + std::string(44, '='), pin + "="}) {
    INFO(wrong);
    CHECK(refused_trust({.pinned_public_key = wrong}) == "--pinnedpubkey");
  }
}
