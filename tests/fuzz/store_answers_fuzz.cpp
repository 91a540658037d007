// The answers of object stores: whatever the document, what is read of it is usable as it stands, a
// listing goes on or ends, and names nothing that was not asked for; what is refused is told in one
// printable line. The lines are a prefix and the marker that was asked from; the rest is the
// document, and a key that is put into a request, too.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "remote/account_answers.hpp"
#include "remote/answer_reader.hpp"
#include "remote/endpoint.hpp"
#include "remote/listing_answers.hpp"
#include "remote/store_bodies.hpp"
#include "remote/upload_answers.hpp"

using namespace xget;
using namespace xget::remote;
using fuzz::require;

namespace {

void check_error(const Error& error) {
  const std::string text = to_string(error);
  require(!error.cause.empty(), "a refusal says why");
  require(error.cause.find('\n') == std::string::npos, "a cause is one line");
  require(printable(text) == text, "an error can be printed");
}

// Whether there is an answer; one that is none is told properly.
template <typename T>
bool is_sound(const Answer<T>& answer) {
  if (answer) return true;
  check_error(answer.error().error);
  require(!answer.error().said || !answer.error().said->code.empty(), "a refusal has a code");
  return false;
}

void check_objects(std::string_view document, ListingQuestion question) {
  for (const ListingSteps steps : {ListingSteps::Tokens, ListingSteps::Markers}) {
    question.steps = steps;
    const auto listing = parse_object_listing(document, question);
    if (!is_sound(listing)) continue;
    require(!listing->next || (!listing->next->empty() && *listing->next != question.from),
            "a listing goes on or ends");
    for (const ListedObject& object : listing->objects) {
      require(!object.key.empty() && object.key.starts_with(question.prefix),
              "a key was asked for");
    }
  }
}

void check_parts(std::string_view document, std::uint64_t from) {
  const auto listing = parse_part_listing(document, from);
  if (!is_sound(listing)) return;
  require(!listing->next || *listing->next > from, "a list of parts goes on or ends");
  std::uint64_t last = 0;
  for (const ListedPart& part : listing->parts) {
    require(part.number > last && !part.etag.empty(), "parts go up, each with its ETag");
    last = part.number;
  }
}

void check_uploads(std::string_view document, const UploadMarker& from) {
  const auto listing = parse_upload_listing(document, from);
  if (!is_sound(listing)) return;
  require(!listing->next || *listing->next != from, "a list of uploads goes on or ends");
  for (const ListedUpload& upload : listing->uploads) {
    require(!upload.key.empty() && !upload.upload_id.empty(), "an upload can be named");
  }
}

void check_rest(std::string_view document, std::string_view from) {
  is_sound(parse_bucket_listing(document, from));
  is_sound(parse_deleted_keys(document, true));
  const auto begun = parse_begun_upload(document);
  require(!is_sound(begun) || !begun->upload_id.empty(), "an upload has an id");
  is_sound(parse_finished_upload(document));
  const auto copy = parse_finished_copy(document);
  require(!is_sound(copy) || !copy->etag.empty(), "a copy has an ETag");
  const auto region = parse_location(document);
  require(!is_sound(region) || is_region(*region), "a bucket is in a region");
  const auto role = parse_role_credentials(document);
  require(!is_sound(role) || (role->expiration && !role->secret_access_key.empty()),
          "credentials are whole");
  for (const int status : {200, 404, 503}) {
    check_error(describe(parse_store_error(document), status, "ask", "s3://b/k"));
  }
}

struct Key {
  std::string text;
};

void check_body(const std::string& key) {
  const auto body = delete_body(std::vector<std::string>{key}, true);
  require(body.has_value() == fits_xml(key), "a key goes into XML or is said not to");
  if (!body) return check_error(body.error());
  std::vector<Key> keys;
  AnswerForm form{"Delete"};
  form.many<Key>("Object", keys, {{"Key", &Key::text, true}});
  require(read_answer(*body, form).has_value(), "a request can be read");
  require(keys.size() == 1 && keys.front().text == key, "and has the key that was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::string prefix(input.line());
  const std::string from(input.line());
  const std::string_view document = input.rest();
  check_objects(document, {.prefix = prefix, .from = from});
  check_objects(document, {.prefix = prefix, .from = from, .tokens_are_escaped = true});
  check_parts(document, from.size());
  check_uploads(document, {from, prefix});
  check_rest(document, from);
  const bool readable = document.find(kUnreadable) == std::string_view::npos;
  if (readable && document.size() <= kLongestAnswerText) check_body(std::string(document));
  return 0;
}
