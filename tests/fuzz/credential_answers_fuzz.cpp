// What is said to who asks for credentials: those that are taken can sign, and what is of no use is
// told without a word of it. The first line is a secret, which each form must keep to itself; the
// rest is an answer.
#include "base/json_object.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/texts.hpp"
#include "remote/credential_answers.hpp"

using namespace xget;
using namespace xget::remote;
using fuzz::require;

namespace {

void check_refusal(const std::string& why) {
  require(!why.empty() && printable(why) == why, "a refusal says why, in words to print");
  require(why.find(fuzz::kCanary) == std::string::npos, "a refusal tells no word of the answer");
}

void check(const CredentialAnswer& answer) {
  if (!answer) return check_refusal(answer.error());
  require(!answer->credentials.access_key_id.empty(), "whoever signs has a name");
  require(!answer->credentials.secret_access_key.empty(), "whoever signs has a secret");
}

void check_all(const std::string& text) {
  check(parse_command_credentials(text));
  check(parse_metadata_credentials(text));
  check(parse_sso_credentials(text));
  const auto token = parse_sso_token(text);
  if (!token) return check_refusal(token.error());
  require(!token->token.empty(), "a token is there");
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (!next.valid) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

void check_kept(const std::string& secret) {
  if (secret.empty() || !is_text(secret)) return;
  JsonObject object;
  object.with("Version", 1).with("AccessKeyId", "id").with("SecretAccessKey", secret);
  const auto answer = parse_command_credentials(object.text());
  require(answer && answer->credentials.secret_access_key == secret,
          "a secret is read as it was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  check_kept(std::string(input.line()));
  const std::string text(input.rest());
  check_all(text);
  check_all(text + std::string(fuzz::kCanary));
  return 0;
}
