#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "cli/config_verb.hpp"
#include "cli/configuration.hpp"
#include "cli/credentials.hpp"
#include "cli/event_text.hpp"
#include "cli/interpret.hpp"
#include "cli/read_words.hpp"
#include "cli/resume_command.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

using Words = std::vector<std::string>;

// A home with a configuration file, an environment and a command line.
class Setup {
 public:
  explicit Setup(const std::string& config, Words environment = {}) {
    environment_ = std::move(environment);
    environment_.push_back("HOME=" + folder_.path());
    std::filesystem::create_directories(folder_ / ".config/xget");
    std::ofstream(file()) << config;
    ::chmod(file().c_str(), 0600);
  }

  [[nodiscard]] std::string file() const { return folder_ / ".config/xget/config.toml"; }
  [[nodiscard]] std::string home() const { return folder_.path(); }

  [[nodiscard]] Result<Configuration> configured(const Words& words = {}) const {
    auto given = read_words(words);
    REQUIRE(given);
    return configure(*std::move(given), environment_);
  }
  [[nodiscard]] Given given(const Words& words = {}) const {
    auto configuration = configured(words);
    if (!configuration) FAIL(to_string(configuration.error()));
    return configuration->given;
  }
  // The error, with the file called FILE.
  [[nodiscard]] std::string refused(const Words& words = {}) const {
    auto configuration = configured(words);
    auto sound = configuration ? check_given(configuration->given) : Result<void>();
    if (configuration) {
      REQUIRE_FALSE(sound);
      return shown(configuration->given.named_as_given(sound.error()));
    }
    CHECK(configuration.error().code == ErrorCode::Usage);
    return shown(configuration.error());
  }

 private:
  [[nodiscard]] std::string shown(const Error& error) const {
    std::string text = to_string(error) + (error.remedy.empty() ? "" : "; " + error.remedy);
    for (auto at = text.find(file()); at != std::string::npos; at = text.find(file())) {
      text.replace(at, file().size(), "FILE");
    }
    return text;
  }

  test::TemporaryFolder folder_;
  Words environment_;
};

// Files and commands that answer what they hold.
SecretInput secrets() {
  return {[](const std::string& path) -> Result<std::string> {
            return std::string(path == "headers" ? "A: b\n" : "me:read\n");
          },
          nullptr,
          [](const std::string& command) -> Result<std::string> { return "me:of " + command; }};
}

std::string last(const Given& given, OptionId id) {
  const std::string* value = given.last(id);
  return value != nullptr ? *value : "(none)";
}

}  // namespace

// ---- which place counts -----------------------------------------------------------------------

TEST_CASE("the command line goes before the environment, and that before the file") {
  const std::string file = "limit-rate = \"1M\"\nretry = 1\nstall-timeout = \"1s\"\n";
  const Setup setup(file, {"XGET_LIMIT_RATE=2M", "XGET_RETRY=2"});
  const Given given = setup.given({"--limit-rate", "3M"});
  CHECK(last(given, OptionId::LimitRate) == "3M");
  CHECK(last(given, OptionId::Retry) == "2");
  CHECK(last(given, OptionId::StallTimeout) == "1s");
}

TEST_CASE("headers add up over the places, other lists are one place's") {
  const Setup setup("header = [\"A: 1\", \"B: 2\"]\ndns-servers = \"127.0.0.1\"\n",
                    {"XGET_HEADER=C: 3\nD: 4", "XGET_DNS_SERVERS=127.0.0.2"});
  const Given given = setup.given({"-H", "E: 5"});
  CHECK(given.all(OptionId::Header) == Words{"A: 1", "B: 2", "C: 3", "D: 4", "E: 5"});
  CHECK(given.all(OptionId::DnsServers) == Words{"127.0.0.2"});
}

TEST_CASE("a header of a later place goes before those of its name of an earlier place") {
  const Setup setup("header = [\"A: 1\", \"a: 2\", \"B: 3\"]\n");
  const auto headers = read_headers(setup.given({"-H", "A: 4"}), {});
  REQUIRE(headers);
  CHECK(*headers == Words{"B: 3", "A: 4"});
  CHECK(*read_headers(setup.given(), {}) == Words{"A: 1", "a: 2", "B: 3"});
  const auto refused = read_headers(Setup("header = \"nonsense\"\n").given(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().subject.ends_with("config.toml:1: header"));
}

TEST_CASE("a later place takes back what an earlier one asked for") {
  const Setup setup("strict = true\nno-overwrite = true\nverbose = 2\nno-metalink = true\n",
                    {"XGET_STRICT=0", "XGET_NO_METALINK=off"});
  const Given given = setup.given({"--overwrite", "-q"});
  CHECK_FALSE(given.has(OptionId::Strict));
  CHECK_FALSE(given.has(OptionId::NoMetalink));
  CHECK_FALSE(given.has(OptionId::NoOverwrite));
  CHECK_FALSE(given.has(OptionId::Verbose));
  CHECK(check_given(given));
}

TEST_CASE("an empty variable is none, and other programs' variables are theirs") {
  const Setup setup("", {"XGET_PROXY=", "XGET_STRICT=", "XGET_BUILD_NUMBER=7", "XGET_VERSION=1"});
  CHECK(setup.given().options.empty());
}

TEST_CASE("every option but --help and --version can stand in the environment") {
  for (const OptionRow& row : option_table()) {
    if (row.id == OptionId::Help || row.id == OptionId::Version) continue;
    INFO(row.variable());
    const std::string variable = row.variable() + (row.takes_value() ? "=x" : "=1");
    const auto layer = read_environment(Words{variable});
    REQUIRE(layer);
    REQUIRE(layer->options.size() == 1);
    CHECK(layer->options[0].id == row.id);
  }
}

TEST_CASE("a path in the file may begin in the home folder") {
  const Setup setup("dir = \"~/in\"\nuser = \"@~/me\"\nuser-agent = \"~/no path\"\n");
  const Given given = setup.given();
  CHECK(last(given, OptionId::Folder) == setup.home() + "/in");
  CHECK(last(given, OptionId::User) == "@" + setup.home() + "/me");
  CHECK(last(given, OptionId::UserAgent) == "~/no path");
}

TEST_CASE("--config names another file, and --no-config none") {
  const Setup other("retry = 9\n");
  const Setup setup("retry = 1\n");
  CHECK(last(setup.given({"--config", other.file()}), OptionId::Retry) == "9");
  CHECK_FALSE(setup.given({"--no-config"}).has(OptionId::Retry));
  const Setup elsewhere("retry = 1\n", {"XGET_CONFIG=" + other.file(), "XGET_NO_CONFIG=0"});
  CHECK(last(elsewhere.given(), OptionId::Retry) == "9");
  CHECK_FALSE(elsewhere.given({"--no-config"}).has(OptionId::Retry));
}

TEST_CASE("XDG_CONFIG_HOME goes before the home folder, unless it is relative") {
  const Setup setup("retry = 1\n", {"XDG_CONFIG_HOME=/nowhere/at/all"});
  CHECK(setup.given().options.empty());
  const Setup relative("retry = 1\n", {"XDG_CONFIG_HOME=nowhere"});
  CHECK(last(relative.given(), OptionId::Retry) == "1");
}

// ---- mistakes ---------------------------------------------------------------------------------

TEST_CASE("a mistake in the file is told with its line and what was meant") {
  const auto refused = [](const std::string& text) { return Setup("# one\n" + text).refused(); };
  CHECK(refused("stall-timeot = 1\n") ==
        "FILE:2: stall-timeot: there is no such key; did you mean stall-timeout?");
  CHECK(refused("frobnicate = 1") ==
        "FILE:2: frobnicate: there is no such key; xget --help lists the options");
  CHECK(refused("strict = 1\n") == "FILE:2: strict: wants true or false");
  CHECK(refused("user-agent = 7") == "FILE:2: user-agent: wants a text, in quotes");
  CHECK(refused("retry = 1.5") == "FILE:2: retry: wants a text or a whole number");
  CHECK(refused("header = [1]") == "FILE:2: header: wants a text or a list of texts");
  CHECK(refused("proxy = [\"a\"]") == "FILE:2: proxy: wants a text, in quotes");
  CHECK(refused("proxy = \"\"") == "FILE:2: proxy: its value is empty");
  CHECK(refused("verbose = 10") == "FILE:2: verbose: wants a number from 0 to 9");
  CHECK(refused("output = \"x\"") ==
        "FILE:2: output: is for one run, not for all; give --output on the command line");
  CHECK(refused("limit-rate = \"fast\"") ==
        "FILE:2: limit-rate: \"fast\" is not a rate, like 512K or 2M@08:00-18:00, or several with "
        "commas between");
  CHECK(refused("retry = -1").starts_with("FILE:2: retry: \"-1\" is not a number"));
  CHECK(refused("ipv4 = true\nipv6 = true") == "FILE:2: ipv4: contradicts --ipv6");
}

TEST_CASE("a file that is no TOML is told with its line") {
  const auto refused = [](const std::string& text) { return Setup("# one\n" + text).refused(); };
  CHECK(refused("retry = \n").starts_with("FILE:2: this is no TOML: "));
  CHECK(refused("retry = 1\nretry = 2\n").starts_with("FILE:3: this is no TOML: "));
  CHECK(refused("strict = yes\n").starts_with("FILE:2: this is no TOML: "));
  CHECK(refused("proxy = \"\xff\"\n").starts_with("FILE:2: this is no TOML: "));
}

TEST_CASE("a mistake in the environment is told with its variable") {
  CHECK(Setup("", {"XGET_LIMIT_RAT=1"}).refused() ==
        "XGET_LIMIT_RAT: there is no such option; did you mean XGET_LIMIT_RATE?");
  CHECK(Setup("", {"XGET_STRICT=maybe"}).refused() == "XGET_STRICT: \"maybe\" is neither 1 nor 0");
  CHECK(Setup("", {"XGET_RETRY=often"}).refused().starts_with("XGET_RETRY: \"often\" is not"));
}

TEST_CASE("a file that is named and not there is an error, the usual one need not be there") {
  const Setup setup("", {"XDG_CONFIG_HOME=/nowhere"});
  CHECK(setup.configured());
  CHECK(setup.refused({"--config", "/nowhere/x.toml"}) ==
        "/nowhere/x.toml: it cannot be read: No such file or directory");
}

TEST_CASE("a file that anybody may write to is refused") {
  const Setup setup("retry = 1\n");
  ::chmod(setup.file().c_str(), 0666);
  CHECK(setup.refused() == "FILE: anybody may write to it; chmod o-w FILE");
}

TEST_CASE("a secret that others may read is warned of, and no other value is") {
  const Setup secret("retry = 1\nuser = \"me:word\"\n");
  CHECK(secret.configured()->warnings.empty());
  ::chmod(secret.file().c_str(), 0644);
  const auto warnings = secret.configured()->warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] ==
        "others may read " + secret.file() + ":2: user, a secret: chmod 600 " + secret.file());
  const Setup harmless("user = \"@/secrets/me\"\nproxy = \"http://proxy:3128\"\n");
  ::chmod(harmless.file().c_str(), 0644);
  CHECK(harmless.configured()->warnings.empty());
}

// ---- hosts ------------------------------------------------------------------------------------

TEST_CASE("a host's section reaches the library, each secret read") {
  const Setup setup(
      "[host.\"one.example\"]\nheader = [\"@headers\", \"C: d\"]\nuser = \"@user\"\n"
      "limit-rate-per-host = \"1K\"\nmax-connections-per-host = 3\nnetrc = false\n"
      "[host.\"*.two.example\"]\nuser-agent = \"two\"\nproxy = \"none\"\nproxy-auth = "
      "\"ntlm\"\nnetrc = true\n");
  const auto arguments = interpret(setup.given({"https://one.example/x"}), secrets());
  REQUIRE(arguments);
  const auto& hosts = arguments->options.hosts;
  REQUIRE(hosts.size() == 2);
  CHECK(hosts[0].host == "one.example");
  CHECK(hosts[0].headers == Words{"A: b", "C: d"});
  CHECK(hosts[0].user_password == "me:read");
  CHECK(hosts[0].limit_rate_per_host == 1024);
  CHECK(hosts[0].max_connections_per_host == 3);
  CHECK(hosts[0].netrc == false);
  CHECK(hosts[1].user_agent == "two");
  CHECK(hosts[0].proxy_auth == std::nullopt);
  CHECK(hosts[1].proxy == "none");
  CHECK(hosts[1].proxy_auth == ProxyAuth::Ntlm);
  CHECK(hosts[1].netrc == true);
}

TEST_CASE("a host's user-command is run where a URL is at the host, and not elsewhere") {
  const Setup setup("[host.\"one.example\"]\nuser-command = \"ask one\"\n");
  const auto password = [&](const Words& words) {
    const auto arguments = interpret(setup.given(words), secrets());
    REQUIRE(arguments);
    return arguments->options.hosts.at(0).user_password;
  };
  CHECK(password({"https://one.example/x"}) == "me:of ask one");
  CHECK(password({"u/x", "-m", "https://one.example/y"}) == "me:of ask one");
  CHECK(password({"https://two.example/x"}).empty());
}

TEST_CASE("what a nearer place says of all hosts goes before what the file says of one") {
  const std::string file =
      "[host.\"a.example\"]\nproxy = \"none\"\nuser-agent = \"a\"\nnetrc = false\n"
      "user = \"me:a\"\nmax-connections-per-host = 2\n";
  const Setup setup(file, {"XGET_USER_AGENT=all", "XGET_NETRC=1"});
  const Given given = setup.given({"--proxy", "http://p:1", "-u", "me:job"});
  REQUIRE(given.hosts.size() == 1);
  REQUIRE(given.hosts[0].options.size() == 2);
  CHECK(given.hosts[0].options[0].value == "me:a");
  CHECK(given.hosts[0].options[1].value == "2");
  CHECK(given.hosts[0].off.empty());
}

TEST_CASE("a mistake in a host's section is told with its line") {
  const auto refused = [](const std::string& text) { return Setup("# one\n" + text).refused(); };
  const std::string host = "[host.\"a.example\"]\n";
  CHECK(refused(host + "usr-agent = \"a\"") ==
        "FILE:3: usr-agent: there is no such key; did you mean user-agent?");
  CHECK(refused(host + "strict = true").starts_with("FILE:3: strict: is for all hosts; of a host"));
  CHECK(refused(host + "user = \"me\"").starts_with("FILE:3: user: has no password"));
  CHECK(refused(host + "user = \"a:b\"\nuser-command = \"c\"") ==
        "FILE:3: user: contradicts user-command");
  CHECK(refused("user = \"a:b\"\n" + host + "user-command = \"c\"") ==
        "FILE:4: user-command: for every URL there is one already, at FILE:2");
  CHECK(refused("header = \"A: b\"\n" + host + "header = [\n\"B: c\",\n\"a: d\"]") ==
        "FILE:6: header: for every URL there is one already, at FILE:2");
  CHECK(
      refused(host + "limit-rate-per-host = \"fast\"").starts_with("FILE:3: limit-rate-per-host"));
  CHECK(refused("host = 1") == "FILE:2: host: there is no such key; xget --help lists the options");
  CHECK(refused("[host]\na = 1") ==
        "FILE:3: a host is a section; write [host.\"example.org\"], and its options below");
}

TEST_CASE("what the library finds wrong with a host's section has the place too") {
  const Setup setup("[host.\"a.example\"]\nproxy = \"gopher://x\"\n[host.\"a b\"]\n");
  Error error;
  error.subject = "host.\"a.example\": proxy";
  CHECK(setup.given().named_as_given(error).subject ==
        setup.file() + ":2: host.\"a.example\": proxy");
  error.subject = "host.\"a b\"";
  CHECK(setup.given().named_as_given(error).subject == setup.file() + ":3: host.\"a b\"");
}

TEST_CASE("a host's secret that others may read is warned of") {
  const Setup setup("[host.\"a.example\"]\nuser = \"me:word\"\n");
  ::chmod(setup.file().c_str(), 0640);
  REQUIRE(setup.configured()->warnings.size() == 1);
  CHECK(
      setup.configured()->warnings[0].starts_with("others may read " + setup.file() + ":2: user"));
}

TEST_CASE("a command's output is the login, and its failure is told without it") {
  SecretInput input = real_secret_input();
  const auto login = [&](const std::string& command) {
    const Setup setup("", {"XGET_USER_COMMAND=" + command});
    auto user = read_user(setup.given(), input);
    return user ? *user : to_string(user.error());
  };
  CHECK(login("printf 'me:a b\\nmore'") == "me:a b");
  CHECK(login("sh -c 'echo me:word; echo no luck >&2; exit 3'") ==
        "--user-command: the command ended with exit code 3: no luck");
  CHECK(login("echo word") == "--user-command: the first line of its output is no USER:PASSWORD");
  CHECK(login("/no/such/program").starts_with("--user-command: "));
  CHECK(login("echo me | cat").starts_with("--user-command: "));
}

// ---- what is shown ----------------------------------------------------------------------------

TEST_CASE("what is in force is shown with its place and without secrets") {
  const Setup setup(
      "header = [\"A: one\"]\nuser = \"me:word\"\n[host.\"a.example\"]\nnetrc = false\n",
      {"XGET_VERBOSE=2", "XGET_LIMIT_RATE=2M"});
  const std::string text = shown_config(*setup.configured({"--strict", "-H", "B: two"}));
  const auto has = [&](const std::string& line) {
    INFO(text);
    CHECK(text.find("\n" + line + "\n") != std::string::npos);
  };
  const auto with_place = [](std::string line, const std::string& place) {
    line.resize(std::max<std::size_t>(line.size() + 1, 40), ' ');
    return line + "# " + place;
  };
  CHECK(text.starts_with("# " + setup.file() + "\n"));
  has("header = [");
  has(with_place("  \"A: …\",", setup.file() + ":1"));
  has(with_place("  \"B: …\",", "command line"));
  has(with_place("user = \"me:…\"", setup.file() + ":2"));
  has(with_place("verbose = 2", "XGET_VERBOSE"));
  has(with_place("limit-rate = \"2M\"", "XGET_LIMIT_RATE"));
  has(with_place("strict = true", "command line"));
  has(with_place("stall-timeout = \"20s\"", "default"));
  has(with_place("[host.\"a.example\"]", setup.file() + ":3"));
  has(with_place("netrc = false", setup.file() + ":3"));
  CHECK(text.find("word") == std::string::npos);
}

TEST_CASE("the defaults that are shown are those that hold") {
  Words words{"https://example.org/x"};
  const SecretInput none;
  const auto plain = interpret(*read_words(words), none);
  REQUIRE(plain);
  for (const OptionRow& row : option_table()) {
    if (row.default_value.empty()) continue;
    words.push_back(row.longest());
    words.emplace_back(row.default_value);
  }
  const auto told = interpret(*read_words(words), none);
  REQUIRE(told);
  CHECK(plain->options == told->options);
  CHECK(plain->jobs == told->jobs);
  CHECK(plain->progress == told->progress);
}

TEST_CASE("every default that the help tells is one that is shown, and the other way round") {
  const std::regex at_end(R"(\(([a-z0-9][A-Za-z0-9,]*)\)$)");
  for (const OptionRow& row : option_table()) {
    INFO(row.name);
    const std::string help(row.help);
    const std::string value(row.default_value);
    std::smatch told;
    if (std::regex_search(help, told, at_end) && told[1] != "repeatable") CHECK(told[1] == value);
    if (value.empty()) continue;
    const bool is_told = help.find("(" + value) != std::string::npos;
    CHECK((is_told || help.find("(default)") != std::string::npos));
  }
}

TEST_CASE("an option that takes one of some words has a default among them") {
  for (const OptionRow& row : option_table()) {
    if (row.id == OptionId::Proxy) continue;  // the environment says it
    INFO(row.name);
    const std::string words = "|" + std::string(row.value_name) + "|";
    const bool has_words = std::regex_search(words, std::regex(R"(\|[a-z]+\|)"));
    if (!has_words) continue;
    const bool number = row.value_name.front() == 'T';
    CHECK((number || words.find("|" + std::string(row.default_value) + "|") != std::string::npos));
    CHECK_FALSE(row.default_value.empty());
  }
}

// ---- the command that goes on -----------------------------------------------------------------

TEST_CASE("the command that goes on leaves to the file what the file says, and has the rest") {
  const Setup setup("retry = 1\nstrict = true\n",
                    {"XGET_DIR=/data", "XGET_USER=me:word", "XGET_PROXY=http://p:1"});
  const ResumeCommand command = resume_command("xget", setup.given({"-n", "4", "u/x"}));
  CHECK(command.command == "xget -d /data --proxy http://p:1 -n 4 u/x");
  CHECK(command.environment == Words{"XGET_USER"});
  CHECK(go_on_text(command).ends_with("\nit needs in the environment: XGET_USER\n"));
}

TEST_CASE("where the file says to begin again, the command that goes on says not to") {
  const Setup setup("no-resume = true\n");
  CHECK(resume_command("xget", setup.given({"u/x"})).command == "xget --resume u/x");
  CHECK(resume_command("xget", setup.given({"u/x"}), {{}, false}).command == "xget u/x");
  CHECK_FALSE(setup.given({"--resume", "u/x"}).has(OptionId::NoResume));
}
