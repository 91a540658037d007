// Deleting many objects at once: what is asked, and what became of each.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/deletion_request.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

using Keys = std::vector<std::string>;

// Of each key: "" where it is deleted, or why not.
Keys causes(const std::string& content, const Keys& keys) {
  const auto read = read_deletion("<DeleteResult>" + content + "</DeleteResult>", keys);
  REQUIRE(read);
  Keys causes;
  for (const auto& error : *read) causes.push_back(error ? error->cause : "");
  return causes;
}

std::string body_of(const StoreQuestion& question) {
  std::string text(static_cast<std::size_t>(question.body->size()), '\0');
  REQUIRE(question.body->read_at(0, std::as_writable_bytes(std::span(text))) == text.size());
  return text;
}

const std::string kDoubtful = "the store does not say whether it did";

}  // namespace

TEST_CASE("keys go together that XML carries there and back as they are") {
  for (const char* key : {"a", "a b", "<&>\"'", "ü/文字", " a ", "a%20b"}) {
    CHECK(goes_with_others(key));
  }
  for (const char* key : {"a\x01", "a\tb", "a\nb", "a\rb", "a\xff"})
    CHECK_FALSE(goes_with_others(key));
}

TEST_CASE("many keys are one request, with its digest, and one key is one without a body") {
  const StoreQuestion many = deletion_of(Keys{"a", "b&c"});
  CHECK(many.asked.method == core::Method::Post);
  CHECK(many.asked.query.front().name == "delete");
  CHECK(body_of(many).find("<Key>b&amp;c</Key>") != std::string::npos);
  CHECK(body_of(many).find("<Quiet>false</Quiet>") != std::string::npos);
  REQUIRE(many.asked.headers.size() == 2);
  CHECK(many.asked.headers[1].name == "Content-MD5");
  CHECK(many.may_fail_late);
  const StoreQuestion one = deletion_of("a\x01", "");
  CHECK(one.asked.method == core::Method::Delete);
  CHECK(one.asked.key == "a\x01");
  CHECK(one.asked.query.empty());
  CHECK(one.body == nullptr);
  CHECK(deletion_of("a", "v").asked.query.front() == QueryParameter{"versionId", "v"});
}

TEST_CASE("each key is deleted, or it is said why not, in any order of the answer") {
  CHECK(causes("<Deleted><Key>b</Key></Deleted>"
               "<Error><Key>c</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
               "<Deleted><Key>a</Key></Deleted>",
               {"a", "b", "c"}) == Keys{"", "", "AccessDenied (no)"});
}

TEST_CASE("a key that the answer does not name is not taken for deleted") {
  CHECK(causes("<Deleted><Key>a</Key></Deleted>", {"a", "b"}) == Keys{"", kDoubtful});
  CHECK(causes("", {"a"}) == Keys{kDoubtful});
  CHECK(causes("<Deleted><Key>other</Key></Deleted>", {"a"}) == Keys{kDoubtful});
}

TEST_CASE("what was not there is gone") {
  CHECK(causes("<Error><Key>a</Key><Code>NoSuchKey</Code><Message></Message></Error>", {"a"}) ==
        Keys{""});
}

TEST_CASE("an answer that is none says nothing of any key") {
  const Keys keys{"a"};
  CHECK_FALSE(read_deletion("", keys));
  CHECK_FALSE(read_deletion("<html></html>", keys));
  CHECK_FALSE(read_deletion("<Error><Code>SlowDown</Code></Error>", keys));
}
