#include <catch2/catch.hpp>

#include "engine/login.hpp"

using namespace xget;
using engine::HttpSourceSettings;

namespace {

const char* const kNetrc =
    "machine a.example login me password one\n"
    "machine b.example login you password two\n"
    "machine blank.example\n"
    "machine user.example login only\n"
    "default login any password all\n";

HttpSourceSettings settings_for(const std::string& url, std::string_view netrc = kNetrc) {
  HttpSourceSettings settings;
  settings.url = *net::parse_url(url);
  settings.netrc = std::make_shared<const formats::Netrc>(*formats::parse_netrc(netrc));
  return settings;
}

std::string login_at(const std::string& hop, const HttpSourceSettings& settings) {
  return login_for(*net::parse_url(hop), settings);
}

}  // namespace

TEST_CASE("each host on the way gets its own login of the netrc and no other") {
  const auto settings = settings_for("https://a.example/x");
  CHECK(login_at("https://a.example/x", settings) == "me:one");
  CHECK(login_at("https://b.example/x", settings) == "you:two");
  CHECK(login_at("https://www.a.example/x", settings).empty());
}

TEST_CASE("what was given for another URL is for that one's origin, wherever it led") {
  auto settings = settings_for("https://mirror.example/x");
  settings.user_password = "me:secret";
  settings.given_for = net::parse_url("https://c.example/list")->origin;
  CHECK(login_at("https://mirror.example/x", settings).empty());
  CHECK(login_at("https://c.example/x", settings) == "me:secret");
  CHECK(login_at("https://b.example/x", settings) == "you:two");
  CHECK(login_at("http://b.example/x", settings).empty());
  settings.user_password.clear();
  CHECK(login_at("https://mirror.example/x", settings).empty());
  CHECK(login_at("https://c.example/x", settings) == "any:all");
  settings.given_for = net::Origin{};
  CHECK(login_at("https://mirror.example/x", settings).empty());
  CHECK(login_at("https://c.example/x", settings).empty());
  CHECK(login_at("https://b.example/x", settings) == "you:two");
}

TEST_CASE("an entry of the netrc that lacks a part gets it from nowhere") {
  const auto settings = settings_for("https://a.example/x");
  CHECK(login_at("https://blank.example/x", settings).empty());
  CHECK(login_at("https://user.example/x", settings) == "only:");
}

TEST_CASE("the netrc's default is for the URL's own host, never for one that a redirect names") {
  const auto settings = settings_for("https://c.example/x");
  CHECK(login_at("https://c.example/x", settings) == "any:all");
  CHECK(login_at("https://d.example/x", settings).empty());
  const auto blank = settings_for("https://c.example/x", "machine a login me password p default");
  CHECK(login_at("https://c.example/x", blank).empty());
}

TEST_CASE("nothing of the netrc goes over plain http on the way from https") {
  const auto from_https = settings_for("https://a.example/x");
  CHECK(login_at("http://a.example/x", from_https).empty());
  CHECK(login_at("http://b.example/x", from_https).empty());
  const auto from_http = settings_for("http://a.example/x");
  CHECK(login_at("http://a.example/x", from_http) == "me:one");
  CHECK(login_at("https://b.example/x", from_http) == "you:two");
}

TEST_CASE("what the user gave goes before the netrc, at its own origin alone") {
  auto settings = settings_for("https://a.example/x");
  settings.user_password = "given:secret";
  CHECK(login_at("https://a.example/x", settings) == "given:secret");
  CHECK(login_at("https://a.example:444/x", settings) == "me:one");
  CHECK(login_at("https://b.example/x", settings) == "you:two");
}

TEST_CASE("an Authorization header of the user's own stands alone at its origin") {
  auto settings = settings_for("https://a.example/x");
  settings.headers = {{"AUTHORIZATION", "Bearer token"}};
  CHECK(login_at("https://a.example/x", settings).empty());
  CHECK(login_at("https://b.example/x", settings) == "you:two");
}

TEST_CASE("without a netrc only what was given is sent") {
  HttpSourceSettings settings;
  settings.url = *net::parse_url("https://a.example/x");
  CHECK(login_at("https://a.example/x", settings).empty());
  settings.user_password = "given:secret";
  CHECK(login_at("https://a.example/x", settings) == "given:secret");
  CHECK(login_at("https://b.example/x", settings).empty());
}
