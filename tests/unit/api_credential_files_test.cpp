// The files of logins and cookies: what of them is used, and which are refused.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "api/credential_files.hpp"
#include "api/job_request.hpp"
#include "api/kept_file.hpp"
#include "store_fixture.hpp"
#include "xget/session.hpp"

using namespace xget;
using store_test::read_file;
using store_test::TemporaryFolder;
using store_test::write_file;

namespace {

const std::string kCookie = "h.example\tFALSE\t/\tFALSE\t0\ta\t1";
const std::string kOther = "h.example\tFALSE\t/\tFALSE\t0\ta\t2";

api::CredentialFiles files_of(const Options& options) {
  auto files = api::read_credential_files(options);
  if (!files) FAIL(to_string(files.error()));
  return *std::move(files);
}

// The option that is refused, and why.
std::string refused(const Options& options) {
  const auto files = api::read_credential_files(options);
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().code == ErrorCode::Usage);
  return files.error().subject + ": " + files.error().cause;
}

std::string netrc_file(const TemporaryFolder& folder, std::string_view text, mode_t mode = 0600) {
  std::string path = folder / "netrc";
  write_file(path, text);
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  return path;
}

}  // namespace

TEST_CASE("unless asked for there are neither logins nor cookies") {
  const api::CredentialFiles files = files_of({});
  CHECK(files.netrc == nullptr);
  CHECK_FALSE(files.cookies.has_value());
}

TEST_CASE("the netrc is the given one, or else that of the environment, or else the user's own") {
  const TemporaryFolder folder;
  netrc_file(folder, "machine h login me password p");
  ::rename((folder / "netrc").c_str(), (folder / ".netrc").c_str());
  const std::string given = netrc_file(folder, "machine h login you password p");
  ::setenv("HOME", folder.path().c_str(), 1);
  ::unsetenv("NETRC");
  CHECK(files_of({.netrc = true}).netrc->find("h")->user == "me");
  CHECK(files_of({.netrc_file = given}).netrc->find("h")->user == "you");
  ::setenv("NETRC", given.c_str(), 1);
  CHECK(files_of({.netrc = true}).netrc->find("h")->user == "you");
  ::unsetenv("NETRC");
  ::unsetenv("HOME");
  CHECK(refused({.netrc = true}).starts_with("--netrc: HOME is not set"));
}

TEST_CASE("a netrc that others can read or write is refused") {
  const TemporaryFolder folder;
  for (const mode_t mode : {0640U, 0620U, 0604U, 0602U}) {
    const std::string path = netrc_file(folder, "", mode);
    CHECK(refused({.netrc_file = path}).find("open to others") != std::string::npos);
  }
  for (const mode_t mode : {0600U, 0400U}) {
    CHECK(files_of({.netrc_file = netrc_file(folder, "", mode)}).netrc != nullptr);
  }
}

TEST_CASE("a user without a password in the URL finds it in the netrc") {
  const auto netrc = std::make_shared<const formats::Netrc>(*formats::parse_netrc(
      "machine h.example login me password one machine h.example login you password two"));
  const auto login = [&](const JobSpec& spec) {
    return api::prepare(spec, {.proxy = "none", .netrc = true}, {.netrc = netrc, .stores = nullptr})
        ->source.user_password;
  };
  CHECK(login({.url = "https://you@h.example/f"}) == "you:two");
  CHECK(login({.url = "https://you:own@h.example/f"}) == "you:own");
  CHECK(login({.url = "https://he@h.example/f"}) == "he:");
  CHECK(login({.url = "https://you@i.example/f"}) == "you:");
  CHECK(login({.url = "https://you@h.example/f", .user_password = "a:b"}) == "a:b");
}

TEST_CASE("a jar that is not there is empty, and cookies of a file come after the jar's") {
  const TemporaryFolder folder;
  const std::string jar = folder / "jar";
  const std::string cookies = folder / "cookies";
  CHECK(files_of({.cookie_jar = jar}).cookies->empty());
  write_file(jar, kCookie);
  write_file(cookies, kOther);
  CHECK(*files_of({.cookies = cookies, .cookie_jar = jar}).cookies ==
        std::vector<std::string>{kCookie, kOther});
  CHECK(refused({.cookies = folder / "none"}).starts_with("--cookies: "));
  CHECK(refused({.cookies = folder.path()}).find("it is a folder") != std::string::npos);
}

TEST_CASE("a jar is replaced in one step, for its owner alone") {
  const TemporaryFolder folder;
  const std::string jar = folder / "jar";
  write_file(jar, "before");
  REQUIRE(::chmod(jar.c_str(), 0644) == 0);
  REQUIRE(
      api::write_kept_file("write the cookie jar", jar, "after", api::Readers::Owner).has_value());
  CHECK(read_file(jar) == "after");
  struct stat status {};
  REQUIRE(::stat(jar.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a jar that cannot be written is told by its name") {
  const TemporaryFolder folder;
  const auto written = api::write_kept_file("write the cookie jar", folder / "none/jar", "text",
                                            api::Readers::Owner);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == ErrorCode::Disk);
  CHECK(to_string(written.error()).starts_with("write the cookie jar " + (folder / "none/jar")));
}

TEST_CASE("a session without a jar has none to save") {
  auto session = Session::create({});
  REQUIRE(session.has_value());
  CHECK((*session)->save_cookies().has_value());
}

TEST_CASE("a session saves its cookies before and after it had anything to do") {
  const TemporaryFolder folder;
  const std::string jar = folder / "jar";
  write_file(jar, kCookie);
  auto session = Session::create({.cookie_jar = jar});
  REQUIRE(session.has_value());
  write_file(jar, "");
  REQUIRE((*session)->save_cookies().has_value());
  CHECK(read_file(jar).ends_with(kCookie + "\n"));
}
