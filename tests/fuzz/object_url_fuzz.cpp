// Objects in stores: what a URL names is the same when it is printed and read again, and the
// request for it goes to that host and path alone; no answer leads to anything but a region. The
// lines are the store's own URL, a region, what an answer says of region and endpoint; the rest is
// the object's URL.
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "net/url.hpp"
#include "remote/object_url.hpp"
#include "remote/second_try.hpp"
#include "remote/signature.hpp"

using namespace xget;
using namespace xget::remote;
using fuzz::require;

namespace {

constexpr std::size_t kLongestUrl = 60'000;  // net::parse_url takes 64 KiB

void check_refusal(const Error& error) {
  const std::string text = to_string(error);
  require(error.code == ErrorCode::Usage, "what a user wrote is the user's to correct");
  require(!error.cause.empty(), "a refusal says why");
  require(printable(text) == text, "a refusal can be printed");
}

// What is put together here is taken apart the same by who sends it.
void check_text(const Place& place, const std::string& text) {
  if (text.size() > kLongestUrl) return;
  const auto url = net::parse_url(text);
  require(url.has_value(), "the URL of an object is one");
  require(url->text == text, "it is left as it was signed");
  require(url->path == place.path, "its path, too");
  require(url->origin.host == place.host && url->origin.port == place.port, "and where it leads");
  require(url->user_password.empty(), "it holds no login");
}

void check_place(const Place& place, const ObjectUrl& object) {
  const std::string path = percent_decoded(place.path);
  require(path.ends_with("/" + object.key), "a path ends in the key");
  const bool hosted = place.host.starts_with(object.bucket + ".");
  require(hosted || path.ends_with("/" + object.bucket + "/" + object.key), "it has its bucket");
  check_text(place, url_of(place, {}));

  RequestToSign request;
  request.place = place;
  request.query = {{object.key, object.bucket}, {"uploads", ""}};
  const Signer signer{{"id", "secret", object.key}, "us-east-1", ""};
  const auto url = presigned_url(request, signer, WallTime{}, std::chrono::seconds(1));
  require(url.has_value(), "a URL is signed for a second");
  check_text(place, *url);
}

void check_answer(const EndpointSettings& asked, std::string_view region,
                  std::string_view endpoint) {
  core::ResponseHead answer;
  answer.status = 301;
  const auto next = other_region(
      asked, answer, {.region = std::string(region), .endpoint = std::string(endpoint)});
  require(!next || (is_region(*next) && *next != signing_region(asked)),
          "another region is one, and another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  EndpointSettings settings;
  settings.url = input.line();
  settings.region = input.line();
  const std::string_view said_region = input.line();
  const std::string_view said_endpoint = input.line();
  const std::string_view text = input.rest();
  const auto object = parse_object_url(text);
  if (!object) {
    check_refusal(object.error());
    return 0;
  }
  require(is_object_url(text), "what is read has an object's scheme");
  require(parse_object_url(to_text(*object)) == *object, "printed it is the same object");
  settings.store = object->store;
  check_answer(settings, said_region, said_endpoint);
  for (const PathStyle style : {PathStyle::Auto, PathStyle::On, PathStyle::Off}) {
    settings.path_style = style;
    const auto place = place_of(settings, object->bucket, object->key);
    place ? check_place(*place, *object) : check_refusal(place.error());
  }
  return 0;
}
