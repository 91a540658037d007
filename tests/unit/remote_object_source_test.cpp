// An object becomes another one: its store copies it, as one version, with what it says of itself.
#include <catch2/catch.hpp>

#include "remote/object_source.hpp"
#include "remote_upload_fixture.hpp"

using namespace xget;
using namespace std::chrono_literals;
using upload_test::content;
using upload_test::kPart;
using Asked = std::vector<std::string>;

namespace {

const std::string kBytes = content(3 * kPart + 1000);

struct Fixture : upload_test::UploadFixture {
  Fixture() {
    settings.operation = "copy";
    settings.path = "s3://bucket/from";
    settings.part_size.reset();
    put_source(kBytes);
  }
  void put_source(const std::string& bytes) {
    store.source = {bytes,
                    test::quoted(test::md5_of(bytes)),
                    {{"Content-Type", "text/x-own"},
                     {"x-amz-meta-a", "1"},
                     {"x-amz-meta-xget-upload", "42"},
                     {"x-amz-request-id", "of the answer"}}};
  }
  std::unique_ptr<remote::UploadSource> make_source() override {
    return std::make_unique<remote::ObjectSource>(
        remote::ObjectSourceSettings{.object = {remote::StoreKind::S3, "bucket", "from"},
                                     .name = "s3://bucket/from",
                                     .in_store = true},
        bucket, nullptr, remote::ObjectSourcePorts{client, hashing});
  }
};

struct InParts : Fixture {
  InParts() { settings.part_size = kPart; }
};

struct AtOnce : Fixture {};

}  // namespace

TEST_CASE_METHOD(AtOnce, "the store copies an object in one request, of one version") {
  begin();
  run_to("copy");
  CHECK(store.header("copy", "x-amz-copy-source-if-match") == store.source->etag);
  CHECK(store.header("copy", "x-amz-metadata-directive") == "COPY");
  CHECK(store.header("copy", "x-amz-copy-source-range").empty());
  run();
  check_there(kBytes);
  CHECK(finished().sent == 0);
  CHECK(finished().size == kBytes.size());
  CHECK(finished().proof == Proof::StrongValidator);
  CHECK(header_of("x-amz-meta-a") == "1");
}

TEST_CASE_METHOD(AtOnce, "an empty object is copied, too") {
  put_source("");
  begin();
  run();
  check_there("");
}

TEST_CASE_METHOD(AtOnce, "what is said anew replaces what the source says, and nothing else") {
  settings.object_headers = {{"content-type", "text/x-new"}};
  settings.describes_object = true;
  begin();
  run_to("copy");
  CHECK(store.header("copy", "x-amz-metadata-directive") == "REPLACE");
  run();
  CHECK(header_of("content-type") == "text/x-new");
  CHECK(header_of("x-amz-meta-a") == "1");
  CHECK(header_of("x-amz-meta-xget-upload").empty());
  CHECK(header_of("x-amz-request-id").empty());
}

TEST_CASE_METHOD(AtOnce,
                 "an error within a 200 is a refusal, and is asked again where it may pass") {
  begin();
  run_to("copy");
  SECTION("it passes") {
    answer("copy", {.instead = "<Error><Code>InternalError</Code></Error>"});
    REQUIRE(told<Retrying>().size() == 1);
    run();
    check_there(kBytes);
  }
  SECTION("it does not") {
    answer("copy", {.instead = "<Error><Code>NoSuchBucket</Code></Error>"});
    REQUIRE(task->ended());
    CHECK(failed().code == ErrorCode::Refused);
  }
}

TEST_CASE_METHOD(AtOnce, "a store may be silent for minutes while it copies") {
  begin();
  run_to("copy");
  clock.pass(5min);
  turn();
  CHECK(told<Retrying>().empty());
  run();
  check_there(kBytes);
}

TEST_CASE_METHOD(AtOnce, "a copy that is of other bytes than its source is no success") {
  begin();
  run_to("copy");
  answer("copy", {.instead = "<CopyObjectResult><ETag>" + test::md5_of("other") +
                             "</ETag></CopyObjectResult>"});
  run();
  CHECK(failed().code == ErrorCode::Checksum);
}

TEST_CASE_METHOD(AtOnce, "where ETags say nothing the copy's length is compared at least") {
  store.source->etag = "\"sent-in-parts-7\"";
  begin();
  run_to("copy");
  SECTION("it is whole") {
    run();
    check_there(kBytes);
    CHECK(finished().rests_on == "the store has copied that version, to its whole length");
  }
  SECTION("it is not") {
    store.answer("copy", {.instead = "<CopyObjectResult><ETag>\"x-7\"</ETag></CopyObjectResult>"});
    store.object->bytes.pop_back();
    turn();
    run();
    CHECK(failed().code == ErrorCode::Checksum);
  }
}

TEST_CASE_METHOD(AtOnce, "a source that is another version by then begins again") {
  begin();
  run_to("copy");
  put_source("other");
  SECTION("the store heeds the condition") {}
  SECTION("the store does not") {
    answer("copy", {.instead = "<CopyObjectResult><ETag>" + test::md5_of(kBytes) +
                               "</ETag></CopyObjectResult>"});
  }
  run();
  check_there("other");
  CHECK(notes().find("it changed while it was read; beginning again") != std::string::npos);
}

TEST_CASE_METHOD(AtOnce, "a source that is not there is said to be missing, and is no retry") {
  store.source.reset();
  begin();
  run();
  CHECK(failed().code == ErrorCode::Refused);
  CHECK(failed().subject == "s3://bucket/from");
  CHECK(told<Retrying>().empty());
}

TEST_CASE_METHOD(InParts, "a large object is copied by parts, each of the same version") {
  begin();
  run_to("copy part 2");
  CHECK(store.header("copy part 2", "x-amz-copy-source-range") ==
        "bytes=" + std::to_string(kPart) + "-" + std::to_string(2 * kPart - 1));
  CHECK(store.header("copy part 2", "x-amz-copy-source-if-match") == store.source->etag);
  CHECK(store.header("copy part 2", "Content-MD5").empty());
  run();
  check_there(kBytes);
  CHECK(header_of("Content-Type") == "text/x-own");
  CHECK(header_of("x-amz-meta-a") == "1");
  CHECK(finished().rests_on == "the store's ETag is the MD5 of what it copied");
}

TEST_CASE_METHOD(InParts, "a killed copy goes on with the parts that are there") {
  settings.connections = 1;
  begin();
  run_to("copy part 3");
  clock.pass(2s);
  turn();
  begin_anew();
  SECTION("of the same version") {
    run();
    check_there(kBytes);
    CHECK(store.begun == 1);
    CHECK(notes().find("2 of 4 parts are there already") != std::string::npos);
  }
  SECTION("of another version all are copied anew") {
    put_source(content(kBytes.size(), 'b'));
    run();
    check_there(content(kBytes.size(), 'b'));
    CHECK(store.begun == 2);
  }
}

TEST_CASE_METHOD(InParts, "parts of two versions never become one object") {
  begin();
  run_to("copy part 2");
  answer("copy part 1");
  put_source(content(kBytes.size(), 'b'));
  run();
  check_there(content(kBytes.size(), 'b'));
  CHECK(store.begun == 2);
}

// ---- versions -----------------------------------------------------------------------------------

namespace {

struct Versioned : InParts {
  Versioned() { store.source->headers.push_back({"x-amz-version-id", "v/1"}); }
};

const std::string kPinned = "/bucket/from?versionId=v%2F1";

}  // namespace

TEST_CASE_METHOD(Versioned, "a copy is of the version that was seen, whatever takes its place") {
  begin();
  run_to("copy part 1");
  CHECK(store.header("copy part 1", "x-amz-copy-source") == kPinned);
  CHECK(store.header("copy part 1", "x-amz-copy-source-if-match") == store.source->etag);
  run_to("look at source");
  CHECK(wire.request(store.find("look at source")).url.ends_with("/from?versionId=v%2F1"));
  run();
  check_there(kBytes);
}

TEST_CASE_METHOD(Versioned, "who may not name versions copies without, and so does the next one") {
  begin();
  run_to("copy part 1");
  refuse("copy part 1", 403, "AccessDenied");
  run_to("copy part 1");
  CHECK(store.header("copy part 1", "x-amz-copy-source") == "/bucket/from");
  run();
  check_there(kBytes);
  CHECK(store.uploads.empty());
  CHECK(told<Note>().size() == 1);
  begin();
  run_to("copy part 1");
  CHECK(store.header("copy part 1", "x-amz-copy-source") == "/bucket/from");
  run();
}
