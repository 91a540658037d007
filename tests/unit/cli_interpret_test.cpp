#include <catch2/catch.hpp>

#include "cli/interpret.hpp"
#include "cli/read_words.hpp"

using namespace xget;
using namespace xget::cli;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

// Files and a user that answer what they hold.
SecretInput secrets() {
  return {[](const std::string& path) -> Result<std::string> {
            if (path == "headers") return std::string("X-Token: one\r\n\nCookie: a=b\n");
            if (path == "user") return std::string("me:from file\nmore");
            return fail({.code = ErrorCode::Usage, .subject = "@" + path, .cause = "no such file"});
          },
          [](const std::string& user) -> Result<std::string> { return "asked of " + user; }};
}

Arguments interpreted(const Words& words) {
  const auto given = read_words(words);
  REQUIRE(given);
  auto arguments = interpret(*given, secrets());
  if (!arguments) FAIL(to_string(arguments.error()));
  return *std::move(arguments);
}

std::string refused(const Words& words) {
  const auto given = read_words(words);
  REQUIRE(given);
  const auto arguments = interpret(*given, secrets());
  REQUIRE_FALSE(arguments);
  CHECK(arguments.error().code == ErrorCode::Usage);
  return to_string(arguments.error());
}

constexpr const char* kUrl = "https://example.org/x";

}  // namespace

TEST_CASE("without options everything has the library's defaults") {
  const Arguments arguments = interpreted({kUrl});
  const Options defaults;
  CHECK(arguments.options.connections == defaults.connections);
  CHECK(arguments.options.give_up_after == defaults.give_up_after);
  CHECK(arguments.options.checkpoint_interval.bytes == defaults.checkpoint_interval.bytes);
  REQUIRE(arguments.jobs.size() == 1);
  CHECK(arguments.jobs[0].url == kUrl);
  CHECK(arguments.jobs[0].output.empty());
  CHECK(arguments.jobs[0].existing == Existing::Refuse);
  CHECK(arguments.jobs[0].resume == Resume::Default);
}

TEST_CASE("every option reaches its field") {
  const Options options = interpreted({kUrl,
                                       "-n",
                                       "16",
                                       "--limit-rate",
                                       "2M,1M@08:00-18:30",
                                       "--limit-rate-per-host",
                                       "3K",
                                       "--connect-timeout",
                                       "5s",
                                       "--stall-timeout",
                                       "7s",
                                       "--retry",
                                       "3",
                                       "--retry-wait",
                                       "250ms",
                                       "--give-up-after",
                                       "2h",
                                       "-A",
                                       "me",
                                       "--proxy",
                                       "none",
                                       "--proxy-auth",
                                       "digest",
                                       "--connect-to",
                                       "a:1:b:2",
                                       "--connect-to",
                                       "c:3:d:4",
                                       "--dns-servers",
                                       "127.0.0.1,[::1]:54",
                                       "--dns-servers",
                                       "127.0.0.2",
                                       "-6",
                                       "--interface",
                                       "lo",
                                       "--cacert",
                                       "ca",
                                       "--cert",
                                       "ce",
                                       "--key",
                                       "ke",
                                       "--pinnedpubkey",
                                       "pk",
                                       "--insecure",
                                       "--allow-downgrade",
                                       "--netrc",
                                       "--netrc-file",
                                       "nf",
                                       "--cookies",
                                       "co",
                                       "--cookie-jar",
                                       "cj"})
                              .options;
  CHECK(options.connections == 16);
  CHECK(options.limit_rate == 2U << 20);
  REQUIRE(options.limit_rate_windows.size() == 1);
  CHECK(options.limit_rate_windows[0].begin == 8 * 60);
  CHECK(options.limit_rate_windows[0].end == 18 * 60 + 30);
  CHECK(options.limit_rate_windows[0].rate == 1U << 20);
  CHECK(options.limit_rate_per_host == 3U << 10);
  CHECK(options.connect_timeout == 5s);
  CHECK(options.stall_timeout == 7s);
  CHECK(options.retry == 3);
  CHECK(options.retry_wait == 250ms);
  CHECK(options.give_up_after == Milliseconds(2h));
  CHECK(options.user_agent == "me");
  CHECK(options.proxy == "none");
  CHECK(options.proxy_auth == ProxyAuth::Digest);
  CHECK(options.connect_to == Words{"a:1:b:2", "c:3:d:4"});
  CHECK(options.dns_servers == Words{"127.0.0.1", "[::1]:54", "127.0.0.2"});
  CHECK(options.address_family == AddressFamily::IPv6);
  CHECK(options.interface == "lo");
  CHECK(options.cacert == "ca");
  CHECK(options.cert == "ce");
  CHECK(options.key == "ke");
  CHECK(options.pinned_public_key == "pk");
  CHECK(options.insecure);
  CHECK(options.allow_downgrade);
  CHECK(options.netrc);
  CHECK(options.netrc_file == "nf");
  CHECK(options.cookies == "co");
  CHECK(options.cookie_jar == "cj");
}

TEST_CASE("every option of a job reaches its field") {
  const JobSpec job = interpreted({kUrl,
                                   "-o",
                                   "f",
                                   "-d",
                                   "dir",
                                   "-c",
                                   "-e",
                                   "ref",
                                   "--checksum",
                                   "md5:d41d8cd98f00b204e9800998ecf84200",
                                   "--checkpoint-dir",
                                   "cd",
                                   "--on-change",
                                   "fail",
                                   "--preallocate",
                                   "sparse",
                                   "--max-filesize",
                                   "1G",
                                   "--strict",
                                   "--overwrite"})
                          .jobs.at(0);
  CHECK(job.output == "f");
  CHECK(job.folder == "dir");
  CHECK(job.resume == Resume::Adopt);
  CHECK(job.referer == "ref");
  CHECK(job.checksum == "md5:d41d8cd98f00b204e9800998ecf84200");
  CHECK(job.checkpoint_folder == "cd");
  CHECK(job.on_change == OnChange::Fail);
  CHECK(job.preallocate == Preallocate::Sparse);
  CHECK(job.max_filesize == 1U << 30);
  CHECK(job.strict);
  CHECK(job.existing == Existing::Overwrite);
  CHECK(interpreted({kUrl, "--no-resume"}).jobs[0].resume == Resume::Never);
  CHECK(interpreted({kUrl, "--no-overwrite"}).jobs[0].existing == Existing::Keep);
  CHECK(interpreted({kUrl, "--auto-rename"}).jobs[0].existing == Existing::Rename);
  CHECK(interpreted({kUrl, "-N"}).jobs[0].existing == Existing::Update);
  CHECK(interpreted({kUrl}).jobs[0].dedupe == Dedupe::Off);
  CHECK(interpreted({kUrl, "--dedupe=link"}).jobs[0].dedupe == Dedupe::Link);
  CHECK(interpreted({kUrl, "--dedupe=reflink"}).jobs[0].dedupe == Dedupe::Reflink);
  CHECK(interpreted({kUrl, "--dedupe", "copy"}).jobs[0].dedupe == Dedupe::Copy);
  CHECK(interpreted({kUrl, "--skip-existing"}).jobs[0].skip_existing);
  CHECK(refused({kUrl, "-N", "--overwrite"}) == "--timestamping: contradicts --overwrite");
  CHECK(interpreted({kUrl}).jobs[0].server_time);
  CHECK_FALSE(interpreted({kUrl, "--mtime", "off"}).jobs[0].server_time);
  CHECK_FALSE(interpreted({kUrl}).jobs[0].mode);
  CHECK(interpreted({kUrl, "--mode", "0640"}).jobs[0].mode == 0640U);
}

TEST_CASE("without Metalinks a server's mirrors are left alone too") {
  const JobSpec with = interpreted({kUrl}).jobs[0];
  CHECK(with.metalink == MetalinkUse::Detect);
  CHECK(with.server_mirrors);
  const JobSpec without = interpreted({kUrl, "--no-metalink"}).jobs[0];
  CHECK(without.metalink == MetalinkUse::Never);
  CHECK_FALSE(without.server_mirrors);
}

TEST_CASE("messages can be fewer, more, or elsewhere") {
  CHECK(interpreted({kUrl, "-q"}).quiet);
  CHECK(interpreted({kUrl, "-vv", "-v"}).verbosity == 3);
  const Arguments logged = interpreted({kUrl, "-q", "-v", "--log-file", "log"});
  CHECK(logged.log_file == "log");
  CHECK(refused({kUrl, "-q", "-v"}) == "--quiet: contradicts --verbose");
}

TEST_CASE("giving up may be switched off") {
  CHECK_FALSE(interpreted({kUrl, "--give-up-after", "inf"}).options.give_up_after.has_value());
}

TEST_CASE("a checkpoint interval is a time, a size, or both") {
  const auto interval = [](const char* text) {
    return interpreted({kUrl, "--checkpoint-interval", text}).options.checkpoint_interval;
  };
  CHECK(interval("2s,8MiB").time == 2s);
  CHECK(interval("2s,8MiB").bytes == 8U << 20);
  CHECK(interval("8MiB,2s").time == 2s);
  CHECK(interval("8MiB,2s").bytes == 8U << 20);
  CHECK(interval("500ms").time == 500ms);
  CHECK(interval("500ms").bytes == 0);
  CHECK(interval("8MiB").time == 0s);
  CHECK(interval("8MiB").bytes == 8U << 20);
  for (const char* text : {"1s,", ",8MiB", "1s,8MiB,3", "0s", "0s,0", "x"}) {
    INFO(text);
    CHECK(refused({kUrl, "--checkpoint-interval", text}).find("like 1s,16MiB") !=
          std::string::npos);
  }
}

TEST_CASE("values that make no sense are refused with an example of what does") {
  CHECK(refused({kUrl, "-n", "0"}) ==
        "--connections: \"0\" is not a number from 1 to 256, or auto");
  CHECK(refused({kUrl, "-n", "257"}) ==
        "--connections: \"257\" is not a number from 1 to 256, or auto");
  CHECK(refused({kUrl, "--limit-rate", "fast"}) ==
        "--limit-rate: \"fast\" is not a rate, like 512K or 2M@08:00-18:00, or several with commas "
        "between");
  CHECK(refused({kUrl, "--limit-rate-per-host", "fast"}) ==
        "--limit-rate-per-host: \"fast\" is not a size, like 512K or 16MiB");
  CHECK(refused({kUrl, "--connect-timeout", "0"}).find("longer than zero") != std::string::npos);
  CHECK(refused({kUrl, "--retry", "-1"}).find("--retry") == 0);
  CHECK(refused({kUrl, "--on-change", "ask"}).find("restart or fail") != std::string::npos);
  CHECK(refused({kUrl, "--dedupe", "hard"}).find("off, link, reflink or copy") !=
        std::string::npos);
  CHECK(refused({kUrl, "--preallocate", "some"}).find("full, sparse or none") != std::string::npos);
}

TEST_CASE("options that contradict each other are refused") {
  CHECK(refused({kUrl, "-c", "--no-resume"}) == "--resume: contradicts --no-resume");
  CHECK(refused({kUrl, "--no-overwrite", "--overwrite"}) ==
        "--overwrite: contradicts --no-overwrite");
  CHECK(refused({kUrl, "--content-disposition", "-o", "f"}) ==
        "--content-disposition: contradicts --output");
  CHECK(refused({kUrl, "--dry-run", "--session", "q"}) == "--dry-run: contradicts --session");
  CHECK(refused({kUrl, "--key", "k"}) == "--key: is of no use without --cert");
}

TEST_CASE("a dry run writes nothing besides the files either, and runs no hook") {
  const Arguments arguments =
      interpreted({kUrl, "--dry-run", "--report", "r", "--failed", "f", "--trace", "t",
                   "--on-complete", "a", "--on-error", "b", "--cookie-jar", "jar"});
  CHECK(arguments.jobs[0].dry_run);
  CHECK(arguments.common.dry_run);
  CHECK(arguments.end_files.report.empty());
  CHECK(arguments.end_files.failed.empty());
  CHECK(arguments.options.trace_file.empty());
  CHECK(arguments.hooks.on_complete.empty());
  CHECK(arguments.hooks.on_error.empty());
  CHECK(arguments.options.cookie_jar == "jar");  // to be read
}

TEST_CASE("files and checksums go with the URLs in order") {
  const auto jobs = interpreted({"https://a/1", "https://a/2", "-o", "x", "-o", "y", "--checksum",
                                 "md5:d41d8cd98f00b204e9800998ecf84201", "--checksum",
                                 "md5:d41d8cd98f00b204e9800998ecf84202"})
                        .jobs;
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].output == "x");
  CHECK(jobs[0].checksum == "md5:d41d8cd98f00b204e9800998ecf84201");
  CHECK(jobs[1].output == "y");
  CHECK(jobs[1].checksum == "md5:d41d8cd98f00b204e9800998ecf84202");
}

TEST_CASE("a number of files or checksums other than that of the URLs is refused") {
  CHECK(refused({"https://a/1", "https://a/2", "-o", "x"}) == "--output: 1 given for 2 URLs");
  CHECK(refused({"https://a/1", "-o", "x", "-o", "y"}) == "--output: 2 given for 1 URL");
  CHECK(refused({"https://a/1", "https://a/2", "--checksum",
                 "md5:d41d8cd98f00b204e9800998ecf84201"}) == "--checksum: 1 given for 2 URLs");
  CHECK(refused({"https://a/1", "https://a/2", "-o", "-", "-o", "x"}).find("standard output") !=
        std::string::npos);
}

TEST_CASE("two URLs with one name are refused before any request") {
  CHECK(refused({"https://a/f", "https://b/f"}) ==
        "https://b/f: needs a name that https://a/f uses: f");
  CHECK(refused({"https://a/1", "https://b/2", "-o", "f", "-o", "./f"}).find("needs a name") !=
        std::string::npos);
  CHECK(refused({"https://a/f", "https://b/f.partial"}).find("needs a name") != std::string::npos);
  CHECK(refused({"https://a/f.partial.json", "https://b/f"}).find("needs a name") !=
        std::string::npos);
  CHECK(refused({"https://a/1", "https://b/2", "-o", "f", "-o", "f.partial.json.tmp"})
            .find("needs a name") != std::string::npos);
  CHECK(refused({"https://me:pw@a/f?token=1", "https://me:pw@b/f?token=1"}).find("pw") ==
        std::string::npos);
}

TEST_CASE("a file that an option writes is no other's") {
  const std::string option = GENERATE("--cookie-jar", "--log-file", "--trace");
  CHECK(refused({"https://a/f", option, "./f"}) ==
        "https://a/f: needs a name that " + option + " uses: f");
  CHECK(refused({"https://a/f", option, "f.partial"}).find("needs a name") != std::string::npos);
  CHECK(interpreted({"https://a/f", option, "g"}).jobs.size() == 1);
  CHECK(interpreted({"https://a/f", "-o", "-", option, "-"}).jobs.size() == 1);
}

TEST_CASE("no two options write to one file") {
  CHECK(refused({"https://a/f", "--log-file", "g", "--trace", "./g"}) ==
        "--trace: needs a name that --log-file uses: ./g");
}

TEST_CASE("where servers name the files, URLs of one name or of none are no matter") {
  const auto jobs =
      interpreted({"--content-disposition", "https://a/f?1", "https://a/f?2", "https://a/"}).jobs;
  REQUIRE(jobs.size() == 3);
  CHECK(jobs[2].content_disposition);
  CHECK(refused({"--content-disposition", "ftp://a/f"}).find("ftp") != std::string::npos);
}

TEST_CASE("without a URL there is nothing to do") {
  CHECK(refused({"-c"}) == "command line: no URL was given");
}

TEST_CASE("headers are read from the command line and from files, for every URL") {
  const auto jobs =
      interpreted({"https://a/1", "https://a/2", "-H", "A:b", "-H", "@headers", "-H", "C: d"}).jobs;
  CHECK(jobs[0].headers == Words{"A:b", "X-Token: one", "Cookie: a=b", "C: d"});
  CHECK(jobs[1].headers == jobs[0].headers);
}

TEST_CASE("a file that cannot be read is told by its option and its name") {
  CHECK(refused({kUrl, "-H", "@missing"}) == "--header @missing: no such file");
  CHECK(refused({kUrl, "-u", "@missing"}) == "--user @missing: no such file");
}

TEST_CASE("a user's password is given, asked for, or read from a file") {
  CHECK(interpreted({kUrl, "-u", "me:pw"}).jobs[0].user_password == "me:pw");
  CHECK(interpreted({kUrl, "-u", "me:"}).jobs[0].user_password == "me:");
  CHECK(interpreted({kUrl, "-u", "me"}).jobs[0].user_password == "me:asked of me");
  CHECK(interpreted({kUrl, "-u", "@user"}).jobs[0].user_password == "me:from file");
}

TEST_CASE("a password is asked for only when everything else is right") {
  const auto given = read_words(Words{kUrl, "-u", "me", "-n", "0"});
  REQUIRE(given);
  bool asked = false;
  SecretInput input = secrets();
  input.ask_password = [&](const std::string&) -> Result<std::string> {
    asked = true;
    return "pw";
  };
  CHECK_FALSE(interpret(*given, input));
  CHECK_FALSE(asked);
}
