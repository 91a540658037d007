// A file becomes an object, whole and once, or it is said why not.
#include <catch2/catch.hpp>

#include "remote/upload_task.hpp"
#include "remote_upload_fixture.hpp"

using namespace xget;
using namespace std::chrono_literals;
using upload_test::content;
using upload_test::kPart;
using upload_test::UploadFixture;
using Asked = std::vector<std::string>;

namespace {

const std::string kBytes = content(3 * kPart + 1000);

struct Fixture : UploadFixture {
  Fixture() { write(kBytes); }
  void send_all() {
    begin();
    run_to("complete");
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a file is sent in parts and becomes an object that says its digest") {
  begin();
  run();
  check_done(kBytes);
  CHECK(header_of("x-amz-meta-xget-part-size") == std::to_string(kPart));
  CHECK(finished().sent == kBytes.size());
  CHECK(finished().size == kBytes.size());
  CHECK(finished().proof == Proof::Digest);
  CHECK(finished().rests_on == "the store's ETag is the MD5 of what was sent");
  CHECK(told<Probed>().size() == 1);
}

TEST_CASE_METHOD(Fixture, "parts may be sent and taken in any order") {
  settings.connections = 4;
  begin();
  run_to("part 1");
  REQUIRE(store.asked() == Asked{"part 1", "part 2", "part 3", "part 4"});
  for (const char* part : {"part 3", "part 1", "part 4", "part 2"}) answer(part);
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "a small file is one request, and leaves nothing beside the object") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPart}) {
    write(content(size));
    events.clear();
    begin();
    turn();
    CHECK(store.asked() == Asked{"put"});
    CHECK(kept().empty());
    CHECK(task->progress(clock.now()).held == 0);
    run();
    check_done(content(size));
    CHECK(finished().sent == size);
    CHECK(header_of("x-amz-meta-xget-upload").empty());
  }
}

TEST_CASE_METHOD(Fixture,
                 "what is said of the object goes with its beginning, and keys with parts") {
  settings.object_headers = {{"Content-Type", "text/x-own"}};
  const std::string own(32, 'k');
  settings.customer_key = *remote::CustomerKey::parse(own);
  begin();
  run_to("begin");
  CHECK(store.header("begin", "Content-Type") == "text/x-own");
  run_to("part 1");
  CHECK(store.header("part 1", "x-amz-server-side-encryption-customer-key") ==
        to_base64(std::as_bytes(std::span(own))));
  CHECK(store.header("part 1", "Content-Type").empty());
}

TEST_CASE_METHOD(Fixture, "without TLS the parts' bytes are signed") {
  settings.hashes_payload = true;
  begin();
  run_to("part 1");
  const std::string first = kBytes.substr(0, kPart);
  CHECK(store.header("part 1", "x-amz-content-sha256") ==
        to_hex(sha256(std::as_bytes(std::span(first)))));
}

TEST_CASE_METHOD(Fixture,
                 "what is no regular file, or no file, is refused before anything is asked") {
  SECTION("a folder") {
    std::filesystem::create_directory(folder / "dir");
    source.file = "dir";
  }
  SECTION("nothing") { source.file = "missing"; }
  SECTION("too many parts") { settings.part_size = 1; }
  begin();
  turn();
  CHECK(task->ended());
  CHECK_FALSE(failed().cause.empty());
  CHECK(store.asked().empty());
}

TEST_CASE_METHOD(Fixture, "the user hears why a part is sent again") {
  begin();
  run_to("part 1");
  refuse("part 1", 500, "InternalError");
  REQUIRE(told<Retrying>().size() == 1);
  CHECK(told<Retrying>().front().cause.find("InternalError") != std::string::npos);
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "a refusal to begin is told, and leaves no file behind") {
  begin();
  run_to("begin");
  refuse("begin", 403, "AccessDenied");
  REQUIRE(task->ended());
  CHECK(failed().code == ErrorCode::Refused);
  CHECK(failed().kept.empty());
  work();
  CHECK(kept().empty());
}

// ---- ETags ------------------------------------------------------------------------------------

TEST_CASE_METHOD(Fixture, "a part that arrives as other bytes is sent once more, and then fails") {
  begin();
  run_to("part 2");
  const std::string other = test::quoted(test::md5_of("other"));
  answer("part 2", {.etag = other});
  REQUIRE_FALSE(task->ended());
  SECTION("it is right then") {
    run();
    check_done(kBytes);
  }
  SECTION("it is not") {
    run_to("part 2");
    answer("part 2", {.etag = other});
    REQUIRE(task->ended());
    CHECK(failed().code == ErrorCode::Checksum);
    CHECK(failed().remedy == "the same command goes on");
    CHECK_FALSE(store.object.has_value());
  }
}

TEST_CASE_METHOD(Fixture,
                 "an object whose ETag is of other bytes is an error and never a success") {
  const std::string other = test::quoted(test::md5_of("other") + "-4");
  SECTION("as the answer to Complete says") {
    send_all();
    answer("complete", {.etag = other});
  }
  SECTION("as HEAD says") {
    send_all();
    answer("complete", {.etag = other, .lost = true});
    answer("look");
  }
  SECTION("of a file that was sent at once") {
    write("small");
    begin();
    run_to("put");
    answer("put", {.etag = test::quoted(test::md5_of("other"))});
  }
  REQUIRE(task->ended());
  CHECK(failed().code == ErrorCode::Checksum);
  CHECK(failed().kept.empty());
  // The same command does not find it again for ever.
  begin_anew();
  run();
  CHECK(finished().sent > 0);
}

TEST_CASE_METHOD(Fixture, "ETags of what the store encrypts by itself are compared with nothing") {
  const test::FakeStore::Manner encrypted{.etag = test::quoted(test::md5_of("other")),
                                          .headers = {{"x-amz-server-side-encryption", "aws:kms"}}};
  begin();
  SECTION("in parts") {
    for (const char* part : {"part 1", "part 2", "part 3", "part 4"}) {
      run_to(part);
      answer(part, encrypted);
    }
    run_to("complete");
    answer("complete", {.etag = test::quoted(test::md5_of("another") + "-4")});
  }
  SECTION("at once") {
    write("small");
    run_to("put");
    answer("put", encrypted);
  }
  REQUIRE(task->ended());
  CHECK(finished().rests_on == "the store has taken each part with its MD5");
}

TEST_CASE_METHOD(Fixture, "ETags of another form are compared with nothing") {
  begin();
  for (const char* part : {"part 1", "part 2", "part 3", "part 4"}) {
    run_to(part);
    answer(part, {.etag = test::quoted(part)});
  }
  run();
  CHECK(finished().rests_on == "the store has taken each part with its MD5");
}

// ---- from one run to the next -----------------------------------------------------------------

namespace {

// Two parts of four are there and on record; then the process was killed.
struct Interrupted : Fixture {
  Interrupted() {
    settings.connections = 1;
    begin();
    run_to("part 3");
    clock.pass(2s);
    turn();
    begin_anew();
  }
  test::FakeStore::Upload& upload() { return store.uploads.at("upload-1"); }
};

}  // namespace

TEST_CASE_METHOD(Interrupted, "the next run sends what the store does not have") {
  CHECK(kept() == Asked{"c.json", "c.json.lock"});
  run_to("list");
  CHECK(store.asked() == Asked{"list"});
  run();
  check_done(kBytes);
  CHECK(store.begun == 1);
  CHECK(finished().sent == kPart + 1000);
  CHECK(notes().find("2 of 4 parts are there already") != std::string::npos);
}

TEST_CASE_METHOD(Interrupted, "listed parts count only under their recorded ETags and sizes") {
  SECTION("another ETag") { upload().parts[1] = {std::string(kPart, 'x'), "\"other\""}; }
  SECTION("another size") { upload().parts[1].bytes.pop_back(); }
  SECTION("a gap") { upload().parts.erase(1); }
  SECTION("a part that is not on record") {
    upload().parts[4] = {"x", "\"other\""};
    upload().parts.erase(1);
  }
  run_to("part 1");
  CHECK(notes().find("1 of 4 parts") != std::string::npos);
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Interrupted, "a part that is not on record counts where its ETag is its MD5") {
  std::string bytes = kBytes.substr(2 * kPart, kPart);
  std::uint64_t sent = kPart + 1000;
  SECTION("it is") { sent -= kPart; }
  SECTION("it is of other bytes") { bytes[7] ^= 1; }
  SECTION("the store's ETags are no MD5s") {
    settings.etags_are_md5s = false;
    begin_anew();
  }
  upload().parts[3] = {bytes, test::quoted(test::md5_of(bytes))};
  run();
  check_done(kBytes);
  CHECK(finished().sent == sent);
}

TEST_CASE_METHOD(Interrupted, "a listing is read page by page to its end") {
  store.parts_per_page = 1;
  run();
  check_done(kBytes);
  CHECK(finished().sent == kPart + 1000);
}

TEST_CASE_METHOD(Interrupted, "a listing that never ends is left") {
  run_to("list");
  for (int pages = 0; pages < 20 && store.find("list") != 0; ++pages) {
    const std::string next = std::to_string(pages + 1);
    answer("list", {.instead = "<ListPartsResult><IsTruncated>true</IsTruncated>"
                               "<NextPartNumberMarker>" +
                               next + "</NextPartNumberMarker></ListPartsResult>"});
  }
  CHECK(store.find("list") == 0);
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Interrupted, "a file that is another by now begins anew, and its old parts go") {
  SECTION("of the same size") { write(content(kBytes.size(), 'b')); }
  SECTION("longer") { write(content(kBytes.size() + 1)); }
  SECTION("so small that it is sent at once") { write("small"); }
  SECTION("in parts of another size") { settings.part_size = kPart + 1; }
  begin_anew();
  run_to("abort");
  CHECK(store.asked() == Asked{"abort"});
  CHECK(notes().find("beginning again") != std::string::npos);
  run();
  check_done(text_of("file"));
}

TEST_CASE_METHOD(Fixture, "what was begun with another encryption is not gone on with") {
  const auto key = [](char byte) { return *remote::CustomerKey::parse(std::string(32, byte)); };
  const auto with_key = [&] { settings.customer_key = key('a'); };
  const auto by_key_service = [&] { settings.encryption = "aws:kms one"; };
  bool same = false;
  std::function<void()> before = [] {}, now = [] {};
  SECTION("none before, a key now") { now = with_key; }
  SECTION("a key before, none now") {
    before = with_key;
    now = [&] { settings.customer_key.reset(); };
  }
  SECTION("another key") {
    before = with_key;
    now = [&] { settings.customer_key = key('b'); };
  }
  SECTION("another key of the key service") {
    before = by_key_service;
    now = [&] { settings.encryption = "aws:kms two"; };
  }
  SECTION("the same key") {
    before = with_key;
    same = true;
  }
  SECTION("the same key of the key service") {
    before = by_key_service;
    same = true;
  }
  before();
  begin();
  run_to("part 2");
  task->interrupt();
  turn();
  CHECK(text_of("kept/c.json").find(std::string(32, 'a')) == std::string::npos);
  CHECK(text_of("kept/c.json").find(key('a').headers()[1].value) == std::string::npos);
  now();
  begin_anew();
  run();
  check_done(kBytes);
  CHECK(store.begun == (same ? 1 : 2));
  CHECK((notes().find("with another key") == std::string::npos) == same);
}

TEST_CASE_METHOD(Interrupted,
                 "who is interrupted as old parts go leaves them on record as the old") {
  write(content(kBytes.size(), 'b'));
  run_to("abort");
  task->interrupt();
  turn();
  CHECK(failed().code == ErrorCode::Interrupted);
  begin_anew();
  run_to("abort");
  run();
  check_done(content(kBytes.size(), 'b'));
}

TEST_CASE_METHOD(Interrupted, "a checkpoint that is none is as good as none") {
  std::ofstream(folder / "kept/c.json") << "{\"v\": 1}";
  run();
  CHECK(store.begun == 2);
  CHECK((store.object->bytes == kBytes));
  work();
  CHECK(kept().empty());
}

TEST_CASE_METHOD(Interrupted, "an upload that is gone has become the object, or begins anew") {
  SECTION("somebody aborted it") {
    store.uploads.clear();
    run();
    check_done(kBytes);
    CHECK(store.begun == 2);
  }
  SECTION("somebody else's object is there") {
    store.uploads.clear();
    store.object = {"other", "\"e\"", {{"x-amz-meta-xget-upload", "99"}}};
    run();
    check_done(kBytes);
  }
  SECTION("it was completed before the kill, and all parts are on record") {
    run_to("complete");
    store.answer("complete", {.lost = true});
    begin_anew();
    run();
    check_done(kBytes);
    CHECK(finished().sent == 0);
    CHECK(store.begun == 1);
  }
  SECTION("it was completed before the last parts came on record") {
    const std::string early = text_of("kept/c.json");
    run_to("complete");
    store.answer("complete", {.lost = true});
    work();
    task.reset();
    work();
    std::ofstream(folder / "kept/c.json") << early;
    begin_anew();
    run();
    check_done(kBytes);
    CHECK(store.begun == 1);
  }
}

TEST_CASE_METHOD(Fixture,
                 "an upload that is gone while its parts are sent begins anew, with a bound") {
  begin();
  for (int times = 0; times < 4; ++times) {
    run_to("part 1");
    REQUIRE_FALSE(task->ended());
    refuse("part 1", 404, "NoSuchUpload");
  }
  REQUIRE(task->ended());
  CHECK(to_string(failed()).find("NoSuchUpload") != std::string::npos);
  CHECK(store.begun == 4);
}

TEST_CASE_METHOD(Fixture, "of two that send one file to one object the second one is told") {
  begin();
  run_to("part 1");
  UploadFixture second;
  second.settings = settings;
  second.source = source;
  second.begin();
  second.turn();
  REQUIRE(second.task->ended());
  CHECK(second.failed().code == ErrorCode::Busy);
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture,
                 "where nothing can be recorded the upload goes on, and is aborted at the end") {
  std::filesystem::create_directories(folder / "kept/c.json.new/in the way");
  begin();
  run_to("part 1");
  CHECK(notes().find("a later run could not go on from here") != std::string::npos);
  SECTION("it comes to its end") { run(); }
  SECTION("it is interrupted") {
    task->interrupt();
    turn();
    CHECK(store.asked() == Asked{"abort"});
    answer("abort");
    CHECK(failed().kept.empty());
    CHECK(failed().remedy.empty());
  }
  CHECK(store.uploads.empty());
}

TEST_CASE_METHOD(Fixture, "the end is told when what was saved is gone, and once") {
  begin();
  run_to("begin");
  store.refuse("begin", 403, "AccessDenied");
  step();
  REQUIRE_FALSE(task->ended());
  SECTION("in peace") {
    work();
    CHECK(task->ended());
    CHECK(told<Failed>().size() == 1);
    CHECK(kept().empty());
  }
  SECTION("who is gone by then hears nothing") {
    task.reset();
    work();
    CHECK(told<Failed>().empty());
  }
}

// ---- uploads that nobody heard of -------------------------------------------------------------

TEST_CASE_METHOD(Fixture, "no part goes before the upload's id is on record") {
  begin();
  run_to("begin");
  CHECK(kept() == Asked{"c.json", "c.json.lock"});
  store.answer("begin");
  for (int turns = 0; turns < 5; ++turns) step();
  CHECK(store.asked().empty());
  work();
  CHECK(text_of("kept/c.json").find("upload-1") != std::string::npos);
  turn();
  CHECK(store.find("part 1") != 0);
}

TEST_CASE_METHOD(Fixture, "an upload that a killed run never heard of is aborted by the next one") {
  begin();
  run_to("begin");
  store.answer("begin", {.lost = true});
  std::string bytes = kBytes;
  SECTION("of the same file") {}
  SECTION("of a file that changed since") { write(bytes = content(kBytes.size(), 'b')); }
  SECTION("of one that is sent at once by now") { write(bytes = "small"); }
  begin_anew();
  run();
  check_done(bytes);
}

TEST_CASE_METHOD(Fixture, "an upload that is or may be somebody's is not aborted") {
  test::FakeStore::Upload other;
  SECTION("it has a part") { other.parts[1] = {"x", "\"e\""}; }
  SECTION("it is to another key") { other.key = "key2"; }
  SECTION("it is older than ours can be") { other.begun = "1969-12-31T23:44:59.000Z"; }
  SECTION("nobody knows how old it is") { other.begun.clear(); }
  store.uploads["other"] = other;
  begin();
  run_to("begin");
  begin_anew();
  run();
  CHECK((store.object->bytes == kBytes));
  CHECK(store.uploads.size() == 1);
}

TEST_CASE_METHOD(Fixture,
                 "where the answer that names the upload is lost the first one is aborted") {
  begin();
  run_to("begin");
  answer("begin", {.lost = true});
  run_to("part 1");
  CHECK(store.uploads.size() == 2);
  SECTION("in this run") {}
  SECTION("in the next one") { begin_anew(); }
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "one that the store begins while the next run works is aborted, too") {
  begin();
  run_to("begin");
  begin_anew();
  run_to("part 1");
  store.uploads["late"];
  SECTION("in that run") {}
  SECTION("in the one after it") { begin_anew(); }
  SECTION("once the object is there") {
    run_to("complete");
    store.answer("complete");
    begin_anew();
  }
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "uploads that may not be listed are no hindrance, but told of") {
  begin();
  run_to("begin");
  begin_anew();
  run_to("list uploads");
  refuse("list uploads", 403, "AccessDenied");
  run();
  check_done(kBytes);
  CHECK(notes().find("may be left in the store") != std::string::npos);
}

// ---- the end ----------------------------------------------------------------------------------

TEST_CASE_METHOD(Fixture, "a lost answer to the last step is settled by what the object says") {
  send_all();
  SECTION("it is there") {
    answer("complete", {.lost = true});
    CHECK(store.asked() == Asked{"look"});
    run();
  }
  SECTION("it comes late, and the upload is gone by then") {
    answer("complete", {.lost = true});
    refuse("look", 404, "");
    run_to("complete");
    answer("complete");
    CHECK(store.asked() == Asked{"look"});
    run();
  }
  SECTION("an Error comes with a 200, though it is there") {
    answer("complete", {.instead = "<Error><Code>InternalError</Code></Error>"});
    run();
  }
  SECTION("an Error comes with a 200, and it is not there") {
    store.refuse("complete", 200, "InternalError");
    turn();
    answer("look");
    CHECK(store.asked().empty());
    wait();
    CHECK(store.asked() == Asked{"complete"});
    run();
  }
  SECTION("the connection breaks before the store hears of it") {
    wire.end(store.find("complete"), core::TransferStatus::Broken);
    turn();
    run();
  }
  SECTION("the ETag is left to be asked for") {
    answer("complete", {.instead = "<CompleteMultipartUploadResult/>"});
    CHECK(store.asked() == Asked{"look"});
    run();
  }
  check_done(kBytes);
  CHECK(store.begun == 1);
}

TEST_CASE_METHOD(Fixture, "an object of somebody else's is never taken for this one") {
  send_all();
  store.object = {"other", "\"e\"", {{"x-amz-meta-xget-upload", "99"}}};
  wire.end(store.find("complete"), core::TransferStatus::Broken);
  turn();
  answer("look");
  CHECK_FALSE(task->ended());
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "what is not there is completed again after growing waits, six times") {
  send_all();
  const Instant before = clock.now();
  int completions = 0;
  while (!task->ended()) {
    if (store.find("complete") != 0) {
      ++completions;
      refuse("complete", 200, "InternalError");
    } else if (store.find("look") != 0) {
      answer("look");
    } else {
      wait();
    }
  }
  CHECK(completions == 6);
  CHECK(clock.now() - before >= 31s);
  CHECK(to_string(failed()).find("InternalError") != std::string::npos);
  CHECK(failed().kept == "15.0 MiB of 15.0 MiB in the store");
  begin_anew();
  run();
  check_done(kBytes);
}

TEST_CASE_METHOD(Fixture, "a final refusal of the last step is told at once, in whichever status") {
  send_all();
  SECTION("as an error") { refuse("complete", 400, "InvalidPart"); }
  SECTION("within a 200") { refuse("complete", 200, "InvalidPart"); }
  REQUIRE(task->ended());
  CHECK(failed().code == ErrorCode::Refused);
}

TEST_CASE_METHOD(Fixture,
                 "who may not look at the object is told that, and nothing is taken for done") {
  send_all();
  answer("complete", {.lost = true});
  refuse("look", 403, "");
  REQUIRE(task->ended());
  CHECK(failed().code == ErrorCode::Refused);
}

// ---- a file that does not stand still -----------------------------------------------------------

TEST_CASE_METHOD(Fixture, "a file that changes while it is read begins again, and its parts go") {
  const auto change = [&](int how) {
    if (how == 0) write(content(kBytes.size() + kPart));
    if (how == 1) write(content(kBytes.size() - kPart));
    if (how == 2) touch();
    if (how == 3) write(content(kBytes.size(), 'b'));
  };
  const int how = GENERATE(0, 1, 2, 3);
  begin();
  SECTION("while it is digested") {
    step();
    change(how);
  }
  SECTION("while parts are sent") {
    run_to("part 2");
    change(how);
  }
  SECTION("when all but one are sent") {
    run_to("part 4");
    change(how);
  }
  run();
  CHECK(notes().find("it changed while it was read; beginning again") != std::string::npos);
  check_done(text_of("file"));
}

TEST_CASE_METHOD(Fixture, "a change that the store sees first is not retried for minutes") {
  const bool small = GENERATE(false, true);
  if (small) write("small");
  begin();
  run_to(small ? "put" : "part 2");
  const Instant before = clock.now();
  write(small ? "SMALL" : content(kBytes.size(), 'b'));
  turn();
  const auto asked = store.asked();
  for (const std::string& each : asked) {
    if (store.find(each) != 0) answer(each);
  }
  CHECK(notes().find("beginning again") != std::string::npos);
  run();
  CHECK(clock.now() - before < 10s);
  check_done(small ? "SMALL" : content(kBytes.size(), 'b'));
}

TEST_CASE_METHOD(Fixture, "a file that never stands still is given up after three more tries") {
  const bool small = GENERATE(false, true);
  if (small) write("small");
  begin();
  int tries = 0;
  while (!task->ended() && tries < 10) {
    run_to(small ? "put" : "part 4");
    if (task->ended()) break;
    ++tries;
    touch();
    answer(small ? "put" : "part 4");
  }
  run();
  CHECK(tries == 4);
  CHECK(failed().code == ErrorCode::Changed);
  CHECK(store.uploads.empty());
  work();
  CHECK(kept().empty());
}

TEST_CASE_METHOD(Fixture, "a file that changes fails at once where the user chose so") {
  settings.on_change = OnChange::Fail;
  begin();
  run_to("part 4");
  touch();
  run();
  CHECK(failed().code == ErrorCode::Changed);
  CHECK(failed().kept.empty());
  CHECK(store.begun == 1);
  CHECK(store.uploads.empty());
  CHECK_FALSE(store.object.has_value());
}

// ---- an interrupt -------------------------------------------------------------------------------

TEST_CASE_METHOD(Fixture, "an interrupt ends it soon and once, and says what is there") {
  bool parts = false;
  bool asked = false;
  SECTION("before it begins") { begin(); }
  SECTION("while it is digested") {
    begin();
    step();
    REQUIRE(hashing.waiting() == 1);
  }
  SECTION("while the object is looked for") {
    settings.keep_existing = true;
    begin();
    run_to("look");
  }
  SECTION("while the upload begins") {
    begin();
    run_to("begin");
    store.answer("begin", {.lost = true});
    asked = true;
  }
  SECTION("while a small file is sent") {
    write("small");
    begin();
    run_to("put");
  }
  SECTION("while parts are sent") {
    settings.connections = 1;
    begin();
    run_to("part 3");
    parts = true;
  }
  SECTION("while what is there is recorded") {
    settings.connections = 1;
    begin();
    run_to("part 3");
    clock.pass(2s);
    step();
    REQUIRE(disk.waiting() == 1);
    parts = true;
  }
  SECTION("while it is completed") {
    send_all();
    parts = true;
  }
  SECTION("while it waits to be completed again") {
    send_all();
    refuse("complete", 200, "InternalError");
    answer("look");
    parts = true;
  }
  SECTION("while the object is looked at") {
    send_all();
    refuse("complete", 200, "InternalError");
    parts = true;
  }
  task->interrupt();
  task->interrupt();
  turn();
  REQUIRE(task->ended());
  CHECK(failed().code == ErrorCode::Interrupted);
  CHECK(store.asked().empty());
  CHECK((failed().kept.find("in the store") != std::string::npos) == parts);
  CHECK((failed().remedy == "the same command goes on") == parts);
  CHECK(kept().empty() == !(parts || asked));
  const std::string bytes = text_of("file");
  begin_anew();
  run();
  CHECK((store.object->bytes == bytes));
  CHECK(store.uploads.empty());
}

TEST_CASE_METHOD(Fixture, "without a folder for checkpoints an interrupted upload is aborted") {
  settings.checkpoint_folder.clear();
  begin();
  run_to("part 2");
  task->interrupt();
  turn();
  CHECK(store.asked() == Asked{"abort"});
  SECTION("in time") {
    answer("abort");
    REQUIRE(task->ended());
    CHECK(failed().kept.empty());
    CHECK(notes().empty());
    CHECK(store.uploads.empty());
  }
  SECTION("the store refuses") {
    refuse("abort", 403, "AccessDenied");
    REQUIRE(task->ended());
    CHECK(notes().find("its parts are left in the store") != std::string::npos);
  }
  SECTION("nobody answers") {
    const Instant before = clock.now();
    while (!task->ended()) {
      if (store.find("abort") != 0) wire.end(store.find("abort"), core::TransferStatus::Broken);
      wait();
    }
    CHECK(clock.now() - before <= 10s);
    CHECK(notes().find("its parts are left there") != std::string::npos);
    CHECK(failed().code == ErrorCode::Interrupted);
  }
}

// ---- an object that is to be left ---------------------------------------------------------------

namespace {

struct Leaving : Fixture {
  Leaving() { settings.keep_existing = true; }
  void somebody_else_is_faster() { store.object = {"other", "\"e\"", {}}; }
};

}  // namespace

TEST_CASE_METHOD(Leaving, "an object that is to be left is left, before the file is read") {
  somebody_else_is_faster();
  begin();
  step();
  CHECK(hashing.waiting() == 0);
  run();
  CHECK(failed().code == ErrorCode::Exists);
  CHECK(store.object->bytes == "other");
  CHECK(store.begun == 0);
}

TEST_CASE_METHOD(Leaving, "an object that comes meanwhile is left, too, and the parts go") {
  const bool small = GENERATE(false, true);
  if (small) write("small");
  begin();
  run_to(small ? "put" : "complete");
  somebody_else_is_faster();
  run();
  CHECK(failed().code == ErrorCode::Exists);
  CHECK(failed().kept.empty());
  CHECK(store.object->bytes == "other");
  CHECK(store.uploads.empty());
  work();
  CHECK(kept().empty());
}

TEST_CASE_METHOD(Leaving, "an object of its own is no other's, though its answer was lost") {
  const bool small = GENERATE(false, true);
  if (small) write("small");
  begin();
  run_to(small ? "put" : "complete");
  SECTION("at once") {
    answer(small ? "put" : "complete", {.lost = true});
    run();
  }
  SECTION("after it was asked for again") {
    answer(small ? "put" : "complete", {.lost = true});
    if (!small) refuse("look", 404, "");
    run_to(small ? "put" : "complete");
    refuse(small ? "put" : "complete", 412, "PreconditionFailed");
    CHECK(store.asked() == Asked{"look"});
    run();
  }
  check_done(small ? "small" : kBytes);
}

TEST_CASE_METHOD(Leaving, "a small file that changed as it was sent replaces what it left itself") {
  write("small");
  begin();
  run_to("put");
  touch();
  answer("put");
  CHECK(notes().find("beginning again") != std::string::npos);
  run();
  check_done("small");
}

// ---- while it runs --------------------------------------------------------------------------

TEST_CASE_METHOD(Fixture, "progress tells what is there or on its way, and of how much") {
  settings.connections = 2;
  begin();
  CHECK(task->weight() == core::JobWeight::Unknown);
  run_to("part 3");
  CHECK(task->weight() == core::JobWeight::Large);
  const Progress progress = task->progress(clock.now());
  CHECK(progress.size == kBytes.size());
  CHECK(progress.held >= kPart);
  CHECK(progress.connections == 2);
}
