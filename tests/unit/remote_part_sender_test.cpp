// Parts go to a store several at a time, each compared with what the store says of it.
#include <catch2/catch.hpp>

#include "remote/file_parts.hpp"
#include "remote/part_sender.hpp"
#include "remote_upload_fixture.hpp"

using namespace xget;
using namespace std::chrono_literals;
using upload_test::content;
using upload_test::kPart;
using Asked = std::vector<std::string>;

namespace {

const std::string kBytes = content(4 * kPart + 1000);

// The upload is there; the sender is made by the test.
struct Fixture : upload_test::UploadFixture {
  Fixture() {
    write(kBytes);
    store.uploads["upload"];
    target.bucket = bucket;
    target.key = "key";
    target.name = "s3://bucket/key";
    target.upload_id = "upload";
    target.on_retry = [this](const core::Failure&, Duration) { ++retries; };
  }
  void make(int connections, const remote::SentBefore& before = {}) {
    const std::shared_ptr<core::File> opened =
        *(*files.open_folder(folder.path()))->open("file", core::Access::Read);
    sender = std::make_unique<remote::PartSender>(
        target, plan, before,
        std::make_unique<remote::FileParts>(opened, target.hashes_payload, std::nullopt, hashing),
        std::make_unique<core::FixedConnections>(connections),
        remote::PartSenderPorts{client, clock});
    go();
  }
  // All that can be done before the store answers.
  void go() {
    for (int turns = 0; turns < 20; ++turns) {
      work();
      client.on_time(clock.now());
      sender->on_time(clock.now());
    }
  }
  void take(const std::string& what, const test::FakeStore::Manner& manner = {}) {
    store.answer(what, manner);
    go();
  }
  void take_all() {
    while (!store.asked().empty()) take(store.asked().front());
  }
  std::map<std::uint64_t, test::FakeStore::Part>& there() {
    return store.uploads.at("upload").parts;
  }

  remote::PartTarget target;
  remote::PartPlan plan{kBytes.size(), kPart};
  std::unique_ptr<remote::PartSender> sender;
  int retries = 0;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "as many parts go at a time as there may be connections") {
  make(2);
  CHECK(store.asked() == Asked{"part 1", "part 2"});
  CHECK(sender->active() == 2);
  take("part 2");
  CHECK(store.asked() == Asked{"part 1", "part 3"});
}

TEST_CASE_METHOD(Fixture, "parts are taken in any order, and are there as they were read") {
  make(5);
  for (const char* part : {"part 5", "part 2", "part 1", "part 4"}) take(part);
  CHECK_FALSE(sender->finished());
  take("part 3");
  CHECK(sender->finished());
  CHECK_FALSE(sender->failure().has_value());
  CHECK(sender->sent() == kBytes.size());
  CHECK(sender->held() == kBytes.size());
  for (const auto& [number, part] : there()) {
    const ByteRange range = plan.range(number);
    CHECK((part.bytes == kBytes.substr(range.begin, range.length())));
    CHECK(sender->parts().at(number) == remote::PartRecord{part.etag, test::md5_of(part.bytes)});
  }
}

TEST_CASE_METHOD(Fixture, "what the store has is not sent, wherever it is") {
  make(5, {{{2, {"\"e\"", ""}}, {5, {"\"e\"", ""}}}, {}});
  CHECK(sender->held() == kPart + 1000);
  CHECK(store.asked() == Asked{"part 1", "part 3", "part 4"});
  take_all();
  CHECK(sender->finished());
  CHECK(sender->sent() == 3 * kPart);
}

TEST_CASE_METHOD(Fixture, "few parts are digested ahead of those that go") {
  make(1);
  CHECK(hashing.waiting() == 0);
  CHECK(store.asked() == Asked{"part 1"});
  take("part 1");
  // Digested already: it went at once, and one more was digested in its place.
  CHECK(store.asked() == Asked{"part 2"});
}

TEST_CASE_METHOD(Fixture, "each part goes with its MD5 and with what belongs to each") {
  target.customer_key = *remote::CustomerKey::parse(std::string(32, 'k'));
  target.hashes_payload = GENERATE(false, true);
  make(1);
  const std::string first = kBytes.substr(0, kPart);
  CHECK(store.header("part 1", "x-amz-server-side-encryption-customer-algorithm") == "AES256");
  CHECK(store.header("part 1", "Content-MD5") == to_base64(*parse_hex(test::md5_of(first))));
  CHECK(store.header("part 1", "x-amz-content-sha256") ==
        (target.hashes_payload ? to_hex(sha256(std::as_bytes(std::span(first))))
                               : "UNSIGNED-PAYLOAD"));
}

TEST_CASE_METHOD(Fixture,
                 "a part whose ETag contradicts its bytes is sent once more, then it fails") {
  const std::string other = test::quoted(test::md5_of("other"));
  make(1);
  take("part 1", {.etag = other});
  CHECK(store.asked() == Asked{"part 1"});
  CHECK(sender->parts().empty());
  SECTION("it arrives") {
    take_all();
    CHECK(sender->finished());
    CHECK(sender->sent() == kBytes.size());
  }
  SECTION("it does not") {
    take("part 1", {.etag = other});
    REQUIRE(sender->failure().has_value());
    CHECK(sender->failure()->error.code == ErrorCode::Checksum);
    CHECK(sender->failure()->trouble == remote::StoreTrouble::WrongBytes);
    CHECK(store.asked().empty());
  }
}

TEST_CASE_METHOD(Fixture, "an ETag that is no MD5 contradicts nothing") {
  const std::string other = test::quoted(test::md5_of("other"));
  SECTION("the caller says so") {
    target.etags_are_md5s = false;
    make(1);
    take("part 1", {.etag = other});
  }
  SECTION("the store says that it encrypts with a key of its own service") {
    make(1);
    take("part 1", {.etag = other, .headers = {{"x-amz-server-side-encryption", "aws:kms"}}});
  }
  SECTION("it has another form") {
    make(1);
    take("part 1", {.etag = "\"opaque\""});
  }
  CHECK(store.asked() == Asked{"part 2"});
  CHECK(sender->parts().size() == 1);
}

TEST_CASE_METHOD(Fixture, "capitals are the same digest") {
  make(1);
  std::string etag = test::quoted(test::md5_of(kBytes.substr(0, kPart)));
  for (char& c : etag) c = static_cast<char>(std::toupper(c));
  take("part 1", {.etag = etag});
  CHECK(sender->parts().at(1).etag == etag);
}

TEST_CASE_METHOD(Fixture, "a part without an ETag could not be named, and fails") {
  make(1);
  const core::RequestId id = store.find("part 1");
  wire.head(id, 200, {});
  wire.end(id, core::TransferStatus::Ok);
  REQUIRE(sender->failure().has_value());
  CHECK(sender->failure()->error.code == ErrorCode::Refused);
}

TEST_CASE_METHOD(Fixture,
                 "a store that asks for fewer requests gets fewer, and its caller hears of it") {
  make(4);
  store.refuse("part 4", 503, "SlowDown");
  go();
  CHECK(retries == 1);
  take("part 1");
  take("part 2");
  // Three of four are at work at most: one of them waits for its time to come.
  CHECK(sender->active() <= 3);
  CHECK(sender->active() >= 1);
  store.refuse("part 3", 500, "InternalError");
  CHECK(retries == 2);
}

TEST_CASE_METHOD(Fixture, "a final refusal is its failure, and nothing more is sent") {
  make(2);
  store.refuse("part 2", 403, "AccessDenied");
  go();
  REQUIRE(sender->failure().has_value());
  CHECK(to_string(sender->failure()->error).starts_with("send part 2 of s3://bucket/key"));
  take("part 1");
  CHECK(store.asked().empty());
}

TEST_CASE_METHOD(Fixture, "a file that became shorter is told as changed") {
  write(content(kPart + 1));
  make(5);
  take_all();
  REQUIRE(sender->failure().has_value());
  CHECK(sender->failure()->error.code == ErrorCode::Changed);
}

TEST_CASE_METHOD(Fixture,
                 "once it is gone nothing of it is asked, and no digest comes back to it") {
  make(2);
  hashing.submit([] {}, [] {});
  sender.reset();
  CHECK(store.asked().empty());
  work();
}
