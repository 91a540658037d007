// What is fetched from elsewhere becomes an object: by ranges of one version, or as one answer.
#include <catch2/catch.hpp>

#include "remote/object_source.hpp"
#include "remote/web_source.hpp"
#include "remote_upload_fixture.hpp"
#include "support/fake_source.hpp"

using namespace xget;
using namespace std::chrono_literals;
using upload_test::content;
using upload_test::kPart;

namespace {

const std::string kBytes = content(3 * kPart + 1000);

struct Fixture : upload_test::UploadFixture {
  Fixture() {
    settings.operation = "copy";
    settings.path = "https://a.example/file";
    data.bytes = kBytes;
  }
  std::unique_ptr<remote::WebSource> make_web() {
    auto own = std::make_unique<test::FakeSource>();
    own->bytes = data.bytes;
    own->etag = data.etag;
    own->ranges = data.ranges;
    own->says_size = data.says_size;
    web = own.get();
    return std::make_unique<remote::WebSource>(
        remote::RelaySettings{.reader = {}, .hashes_payload = false, .connections = 4}, "",
        std::move(own), remote::RelayPorts{clock, random, hashing, memory});
  }
  std::unique_ptr<remote::UploadSource> make_source() override { return make_web(); }
  // Both sides answer until the end.
  void run_all(std::size_t most = SIZE_MAX) {
    for (int rounds = 0; rounds < 500 && !task->ended(); ++rounds) {
      turn();
      most_held = std::max(most_held, memory.held());
      web->serve(most);
      turn();
      const auto asked = store.asked();
      if (!asked.empty()) {
        answer(asked.front());
      } else if (web->under_way() == 0 && !task->ended()) {
        wait();
      }
    }
    REQUIRE(task->ended());
  }

  test::FakeSource data;  // of which the task's own is made
  test::FakeSource* web = nullptr;
  remote::MemoryBudget memory{2 * kPart};
  std::uint64_t most_held = 0;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a version that is named is fetched by ranges, each of it") {
  begin();
  run_all();
  check_there(kBytes);
  CHECK(header_of("Content-Type") == "text/x-own");
  CHECK(finished().proof == Proof::StrongValidator);
  REQUIRE(web->asked.size() == 5);
  for (std::size_t i = 1; i < web->asked.size(); ++i) {
    REQUIRE(web->asked[i].expected.has_value());
    CHECK(web->asked[i].expected->validators.strong_etag == "\"1\"");
  }
  CHECK(most_held <= 2 * kPart);
  task.reset();
  CHECK(memory.held() == 0);
}

TEST_CASE_METHOD(Fixture, "what is one part, is not named, or has no ranges is one answer") {
  SECTION("one part") { data.bytes = content(1000); }
  SECTION("nothing") { data.bytes = ""; }
  SECTION("no validator") { data.etag = ""; }
  SECTION("no ranges") { data.ranges = false; }
  SECTION("no size") { data.says_size = false; }
  SECTION("no size, and an end where a part ends") {
    data.bytes = content(2 * kPart);
    data.says_size = false;
  }
  begin();
  run_all();
  check_there(data.bytes);
  CHECK(web->asked.size() == 1);
  CHECK(finished().size == data.bytes.size());
}

TEST_CASE_METHOD(Fixture, "a named version is gone on with in the middle, another one is not") {
  SECTION("named") {
    begin();
    run_all(kPart / 2);
    check_there(kBytes);
  }
  SECTION("not named") {
    data.etag = "";
    begin();
    run_all(kPart / 2);
    CHECK(failed().code == ErrorCode::Network);
    CHECK(store.uploads.empty());
    CHECK_FALSE(store.object.has_value());
  }
}

TEST_CASE_METHOD(Fixture, "versions are never mixed") {
  begin();
  turn();
  web->serve();
  run_to("begin");
  answer("begin");
  web->serve();
  turn();
  web->bytes = content(kBytes.size(), 'b');
  web->etag = "\"2\"";
  run_all();
  check_there(web->bytes);
  CHECK(notes().find("it changed while it was read; beginning again") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "where a store refuses to copy, the bytes are fetched and sent") {
  struct Refused : Fixture {
    std::unique_ptr<remote::UploadSource> make_source() override {
      return std::make_unique<remote::ObjectSource>(
          remote::ObjectSourceSettings{.object = {remote::StoreKind::S3, "bucket", "from"},
                                       .name = "s3://bucket/from",
                                       .in_store = true},
          bucket, make_web(), remote::ObjectSourcePorts{client, hashing});
    }
  } copy;
  const bool at_once = GENERATE(true, false);
  if (at_once) copy.settings.part_size.reset();
  copy.store.source = {kBytes, copy.data.etag, {{"x-amz-meta-a", "1"}}};
  copy.begin();
  const std::string what = at_once ? "copy" : "copy part 1";
  copy.run_to(what);
  // Or says that the source is another version, which it is not.
  const bool denied = GENERATE(true, false);
  denied ? copy.refuse(what, 403, "AccessDenied") : copy.refuse(what, 412, "PreconditionFailed");
  copy.run_all();
  copy.check_there(kBytes);
  CHECK(copy.header_of("x-amz-meta-a") == "1");
  const std::string why = denied ? "AccessDenied" : "PreconditionFailed";
  CHECK(copy.notes().find(why + "; the bytes are fetched and sent instead") != std::string::npos);
}
