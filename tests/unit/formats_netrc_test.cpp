#include <catch2/catch.hpp>

#include "formats/netrc.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::Netrc;
using formats::NetrcLogin;
using formats::parse_netrc;

namespace {

Netrc read(std::string_view text) {
  auto netrc = parse_netrc(text);
  if (!netrc) FAIL(to_string(netrc.error()));
  return *std::move(netrc);
}

// "user:password", or "-" without an entry.
std::string words_for(const NetrcLogin* login) {
  return login == nullptr ? "-" : login->user + ":" + login->password;
}

std::string login_at(std::string_view text, std::string_view host) {
  return words_for(read(text).find(host));
}

// What is wrong with it, with its line.
std::string refused(std::string_view text) {
  const auto netrc = parse_netrc(text);
  REQUIRE_FALSE(netrc.has_value());
  CHECK(netrc.error().code == ErrorCode::Usage);
  return netrc.error().subject + ": " + netrc.error().cause;
}

}  // namespace

TEST_CASE("a netrc gives each machine its own login") {
  const std::string text =
      "machine a.example login me password one\n"
      "machine b.example\n\tlogin you\n\tpassword two\r\n";
  CHECK(login_at(text, "a.example") == "me:one");
  CHECK(login_at(text, "b.example") == "you:two");
  CHECK(login_at(text, "c.example") == "-");
  CHECK(login_at(text, "example") == "-");
  CHECK(login_at(text, "x.a.example") == "-");
}

TEST_CASE("a netrc's hosts are compared in any case") {
  CHECK(login_at("machine A.Example login me password one", "a.example") == "me:one");
}

TEST_CASE("of several entries for a machine the first one counts, unless the user is known") {
  const Netrc netrc = read("machine h login me password one machine h login you password two");
  CHECK(words_for(netrc.find("h")) == "me:one");
  CHECK(words_for(netrc.find("h", "you")) == "you:two");
  CHECK(netrc.find("h", "he") == nullptr);
  CHECK(netrc.find("g", "you") == nullptr);
}

TEST_CASE("a netrc's default is apart from its machines, wherever it stands") {
  const Netrc netrc = read("default login any password all machine h login me password one");
  CHECK(words_for(netrc.find("h")) == "me:one");
  CHECK(netrc.find("other") == nullptr);
  CHECK(words_for(netrc.fallback()) == "any:all");
  CHECK(read("machine h login me").fallback() == nullptr);
}

TEST_CASE("an entry that lacks a part takes it from no other") {
  const Netrc netrc = read("machine a login me password one machine b machine c login you default");
  CHECK(words_for(netrc.find("b")) == ":");
  CHECK(words_for(netrc.find("c")) == "you:");
  CHECK(words_for(netrc.fallback()) == ":");
}

TEST_CASE("a quoted word may hold spaces, quotes and keywords") {
  CHECK(login_at(R"(machine h login "my name" password "a \"b\" \\ c")", "h") ==
        R"(my name:a "b" \ c)");
  CHECK(login_at(R"(machine h login me password "machine")", "h") == "me:machine");
  CHECK(login_at("machine h login me password \"a\\tb\"", "h") == "me:a\tb");
  CHECK(login_at(R"(machine h login me password "")", "h") == "me:");
}

TEST_CASE("a password may be a keyword, begin like a comment or hold quotes further on") {
  CHECK(login_at("machine h login me password password", "h") == "me:password");
  CHECK(login_at("machine h login me password #secret", "h") == "me:#secret");
  CHECK(login_at("machine h login me password a\"b", "h") == "me:a\"b");
}

TEST_CASE("comments, accounts and macros of a netrc are skipped") {
  CHECK(login_at("# machine h login no password no\nmachine h # of mine\n login me password p",
                 "h") == "me:p");
  CHECK(login_at("machine h login me account x password p", "h") == "me:p");
  const std::string macro = "machine h login me password p\nmacdef init\ncd /pub\nmachine x\n\n";
  CHECK(login_at(macro + "machine i login you password q", "i") == "you:q");
  CHECK(login_at(macro + "machine i login you password q", "x") == "-");
  CHECK(login_at("macdef init\r\ncd /pub\r\n\r\nmachine i login you", "i") == "you:");
  CHECK(login_at("machine h login me\nmacdef init\nto the end", "h") == "me:");
}

TEST_CASE("an empty netrc has no login") {
  CHECK(login_at("", "h") == "-");
  CHECK(login_at(" \n\t# nothing\n", "h") == "-");
}

TEST_CASE("a garbled netrc is refused with its line and without a word of it") {
  CHECK(
      refused("machine h login me\npassword my secret").starts_with("line 2: a word that is none"));
  CHECK(refused("machine h\nlogin me\npassword \"sec\nret").starts_with("line 3: a quoted word"));
  CHECK(refused("login me").starts_with("line 1: \"login\" before any machine"));
  CHECK(refused("machine").starts_with("line 1: nothing follows"));
  CHECK(refused("machine h password").starts_with("line 1: nothing follows"));
  CHECK(refused("machine h login a:secret").find("secret") == std::string::npos);
  CHECK(refused("default default") == "line 1: a second default");
  CHECK(refused("machine h login \"a\0b\""s) == "line 1: it holds a NUL");
  CHECK(refused("\0\1\2\3"s).find("none of a netrc's") != std::string::npos);
  for (const char* text : {"machine h login me password my secret", "machine h login a:secret"}) {
    CHECK(refused(text).find("secret") == std::string::npos);
  }
}

TEST_CASE("a netrc is bounded in size and entries") {
  CHECK(refused(std::string(formats::kLargestNetrc + 1, ' ')).find("larger") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i < formats::kMostNetrcEntries; ++i) many += "machine h ";
  CHECK(parse_netrc(many).has_value());
  CHECK(refused(many + "machine h").find("too many") != std::string::npos);
}
