// netrc files: what is refused is said without a word of the file, and what is accepted can be
// sent. Whatever a login holds, one that is written in quotes is read as it was.
#include "base/text.hpp"
#include "formats/netrc.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"

using namespace xget;
using formats::NetrcLogin;
using fuzz::require;

namespace {

constexpr std::string_view kHost = "fuzz.invalid";

void check_login(const NetrcLogin* login) {
  if (login == nullptr) return;
  require(login->user.find(':') == std::string::npos, "a user's name ends before the colon");
  require(login->user.find('\0') == std::string::npos &&
              login->password.find('\0') == std::string::npos,
          "no login holds a NUL");
}

std::string entry(std::string_view host, const NetrcLogin& login) {
  return "machine " + std::string(host) + "\nlogin " + fuzz::quoted(login.user) + "\npassword " +
         fuzz::quoted(login.password) + "\n";
}

void check_text(const std::string& text) {
  const auto parsed = formats::parse_netrc(text);
  const auto with_canary = formats::parse_netrc(text + "\n\n" + std::string(fuzz::kCanary));
  if (!with_canary) fuzz::check_refusal(with_canary.error());
  if (!parsed) return;
  check_login(parsed->fallback());
  check_login(parsed->find(lower_case(text)));
  // An empty line ends even a macro.
  const auto longer = formats::parse_netrc(text + "\n\n" + entry(kHost, {"me", "secret"}));
  require(longer.has_value(), "an entry may follow whatever was accepted");
  const NetrcLogin* found = longer->find(kHost);
  require(found != nullptr, "and it is found");
  if (parsed->find(kHost) == nullptr) require(found->password == "secret", "as it was written");
}

void check_written(const NetrcLogin& login) {
  const bool can_be_sent = login.user.find(':') == std::string::npos &&
                           (login.user + login.password).find('\0') == std::string::npos;
  const auto parsed = formats::parse_netrc(entry(kHost, login));
  require(parsed.has_value() == can_be_sent, "a login is refused if it cannot be sent, else taken");
  if (!parsed) return;
  const NetrcLogin* found = parsed->find(kHost, login.user);
  require(found != nullptr && found->user == login.user && found->password == login.password,
          "a login is read as it was written");
}

}  // namespace

// The first line is a user's name, the second a password, the rest a file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  NetrcLogin login;
  login.user = input.line();
  login.password = input.line();
  check_written(login);
  check_text(std::string(input.rest()));
  return 0;
}
