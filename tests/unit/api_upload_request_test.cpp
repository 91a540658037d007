// What a caller wants to upload is checked, and completed, before any request.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "api/upload_request.hpp"
#include "store/posix_file_system.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using namespace xget::api;

namespace {

struct Fixture {
  Fixture() {
    std::ofstream(folder / "file") << "bytes";
    spec.file = folder / "file";
    spec.url = "s3://bucket/dir/page.html";
  }
  Result<UploadRequest> prepare() { return prepare_upload(spec, options, stores, files); }
  remote::UploadSettings prepared() {
    auto request = prepare();
    REQUIRE(request);
    return request->settings;
  }
  Error refused() {
    const auto request = prepare();
    REQUIRE_FALSE(request);
    return request.error();
  }
  std::string header(const std::string& name) {
    for (const core::Header& header : prepared().object_headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }

  test::TemporaryFolder folder;
  store::PosixFileSystem files;
  UploadSpec spec;
  Options options;
  ObjectStores stores{{.region = "cn-hangzhou", .anonymous = true}};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an upload knows its file, its object and how it is to be described") {
  spec.acl = "private";
  spec.storage_class = "STANDARD_IA";
  spec.cache_control = "max-age=5";
  spec.metadata = {{"a", "1"}, {"b", "two words"}};
  const remote::UploadSettings settings = prepared();
  CHECK(settings.key == "dir/page.html");
  CHECK(settings.name == "s3://bucket/dir/page.html");
  CHECK(std::get<remote::FileSourceSettings>(prepare()->source).file == "file");
  CHECK(header("Content-Type") == "text/html");
  CHECK(header("x-amz-acl") == "private");
  CHECK(header("x-amz-storage-class") == "STANDARD_IA");
  CHECK(header("Cache-Control") == "max-age=5");
  CHECK(header("x-amz-meta-b") == "two words");
}

TEST_CASE_METHOD(Fixture, "OSS has its own names for the same") {
  spec.url = "oss://bucket/key";
  spec.acl = "private";
  spec.content_type = "text/x-own";
  spec.metadata = {{"a", "1"}};
  CHECK(header("x-oss-object-acl") == "private");
  CHECK(header("x-oss-meta-a") == "1");
  CHECK(header("Content-Type") == "text/x-own");
}

TEST_CASE_METHOD(Fixture, "encryption is asked for in each store's own words") {
  spec.encryption = "aws:kms";
  spec.kms_key_id = "alias/one";
  CHECK(header("x-amz-server-side-encryption") == "aws:kms");
  CHECK(header("x-amz-server-side-encryption-aws-kms-key-id") == "alias/one");
  CHECK(prepared().encryption == "aws:kms alias/one");
  CHECK_FALSE(prepared().etags_are_md5s);
  spec.url = "oss://bucket/key";
  CHECK(header("x-oss-server-side-encryption") == "KMS");
  CHECK(header("x-oss-server-side-encryption-key-id") == "alias/one");
  spec = {.file = spec.file, .url = "s3://bucket/k", .kms_key_id = "id"};
  CHECK(header("x-amz-server-side-encryption") == "aws:kms");
  spec = {.file = spec.file, .url = "s3://bucket/k", .encryption = "AES256"};
  CHECK(header("x-amz-server-side-encryption") == "AES256");
  CHECK(prepared().etags_are_md5s);
}

TEST_CASE_METHOD(Fixture, "encryption that no store has is refused") {
  spec.encryption = "AES512";
  CHECK(refused().subject == "--sse");
  spec.encryption = "SM4";
  CHECK(refused().cause == "\"SM4\" is none of AES256, aws:kms and aws:kms:dsse");
  spec.encryption = "AES256";
  spec.kms_key_id = "id";
  CHECK(refused().subject == "--sse-kms-key-id");
  spec = {.file = spec.file, .url = "s3://bucket/k", .kms_key_id = "a\nb: c"};
  CHECK(refused().subject == "--sse-kms-key-id");
}

struct WithKey : Fixture {
  WithKey() {
    std::ofstream(folder / "key") << std::string(32, 'k');
    std::filesystem::permissions(folder / "key", std::filesystem::perms::owner_read);
  }
  ObjectStoreOptions store_options() {
    ObjectStoreOptions said{.region = "cn-hangzhou", .anonymous = true};
    said.destination.customer_key_file = folder / "key";
    return said;
  }
  Result<UploadRequest> prepare_with(const ObjectStoreOptions& said) {
    ObjectStores own{said};
    return prepare_upload(spec, options, own, files);
  }
};

TEST_CASE_METHOD(WithKey, "a key of one's own is read from a file that is closed to others") {
  auto request = prepare_with(store_options());
  REQUIRE(request);
  CHECK(request->settings.customer_key == *remote::CustomerKey::parse(std::string(32, 'k')));
  CHECK_FALSE(request->settings.etags_are_md5s);
  const auto is_refused = [&](const ObjectStoreOptions& said, const std::string& why) {
    const auto refusal = prepare_with(said);
    REQUIRE_FALSE(refusal);
    INFO(to_string(refusal.error()));
    CHECK(to_string(refusal.error()).find(why) != std::string::npos);
  };
  std::filesystem::permissions(folder / "key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  is_refused(store_options(), "is open to others, and it holds a key");
  std::filesystem::permissions(folder / "key", std::filesystem::perms::owner_all);
  ObjectStoreOptions plain = store_options();
  plain.endpoint_url = "http://store.example.net";
  is_refused(plain, "store.example.net in clear, over plain http");
  plain.endpoint_url = "http://127.0.0.1:9000";
  CHECK(prepare_with(plain));
  std::ofstream(folder / "key") << "short";
  is_refused(store_options(), "it has 5 bytes, and a key is 32");
  std::filesystem::remove(folder / "key");
  is_refused(store_options(), "cannot be read");
}

TEST_CASE_METHOD(WithKey, "a key of one's own goes with no other encryption, and not to OSS") {
  spec.encryption = "aws:kms";
  auto both = prepare_with(store_options());
  REQUIRE_FALSE(both);
  CHECK(both.error().subject == "--sse");
  spec.encryption.clear();
  spec.url = "oss://bucket/key";
  auto oss = prepare_with(store_options());
  REQUIRE_FALSE(oss);
  CHECK(oss.error().subject == "--sse-c-key-file");
}

TEST_CASE_METHOD(WithKey, "each side of a copy has its own key") {
  spec = {.from = JobSpec{.url = "s3://bucket/from"}, .url = "s3://bucket/to"};
  auto request = prepare_with(store_options());
  REQUIRE(request);
  CHECK_FALSE(std::get<ObjectCopy>(request->source).settings.customer_key);
  ObjectStoreOptions other_way = store_options();
  std::swap(other_way.source, other_way.destination);
  request = prepare_with(other_way);
  REQUIRE(request);
  CHECK(std::get<ObjectCopy>(request->source).settings.customer_key);
  CHECK(std::get<ObjectCopy>(request->source).bytes.from.object->object.customer_key);
  CHECK_FALSE(request->settings.customer_key);
  spec.url = "s3://bucket/from";  // onto itself, to be encrypted or not any more
  CHECK(prepare_with(other_way));
  other_way.destination = other_way.source;
  CHECK_FALSE(prepare_with(other_way));
}

TEST_CASE_METHOD(Fixture, "what is not said goes out as nothing") {
  CHECK(prepared().object_headers.size() == 1);
  CHECK_FALSE(prepared().hashes_payload);
  CHECK_FALSE(prepared().keep_existing);
}

TEST_CASE_METHOD(Fixture, "a link is the file that it leads to") {
  std::filesystem::create_directory(folder / "dir");
  std::filesystem::create_symlink(folder / "file", folder / "dir/link");
  const std::string direct = prepared().checkpoint_name;
  spec.file = folder / "dir/link";
  CHECK(std::get<remote::FileSourceSettings>(prepare()->source).file == "file");
  CHECK(prepared().checkpoint_name == direct);
}

TEST_CASE_METHOD(Fixture, "two objects never share what is kept of their uploads") {
  spec.url = "s3://bucket/a\x01";
  const std::string one = prepared().checkpoint_name;
  const std::string shown = prepared().name;
  spec.url = shown;  // a key of its own, which looks the same
  CHECK(prepared().name == shown);
  CHECK(prepared().checkpoint_name != one);
}

TEST_CASE_METHOD(Fixture,
                 "checkpoints are kept where the caller says, or with the state, or nowhere") {
  CHECK(prepared().checkpoint_folder.empty());
  options.state_folder = folder / "state";
  CHECK(prepared().checkpoint_folder == folder / "state/uploads");
  CHECK(std::filesystem::is_directory(folder / "state/uploads"));
  spec.checkpoint_folder = folder / "own";
  CHECK(prepared().checkpoint_folder == folder / "own");
  CHECK(std::filesystem::is_directory(folder / "own"));
}

TEST_CASE_METHOD(Fixture, "what can be no header is refused by its option") {
  SECTION("a line break in a value") {
    spec.cache_control = "a\r\nX-Own: b";
    CHECK(refused().subject == "--cache-control");
  }
  SECTION("a line break in metadata") {
    spec.metadata = {{"a", "b\nX-Own: c"}};
    CHECK(refused().subject == "--metadata");
  }
  SECTION("a name that is none") {
    spec.metadata = {{GENERATE("a b", "a:b", "a\nb", "", "\xc3\xa4", "Xget-Sha256"), "1"}};
    CHECK(refused().subject == "--metadata");
  }
  CHECK(refused().code == ErrorCode::Usage);
}

TEST_CASE_METHOD(Fixture, "what is no object, no part's size or no file is refused by name") {
  SECTION("a URL of the web") { spec.url = "https://host/f"; }
  SECTION("a bucket") { spec.url = "s3://bucket/"; }
  SECTION("small parts") { spec.part_size = 1024; }
  SECTION("nothing there") { spec.file = folder / "missing"; }
  const Error error = refused();
  CHECK((error.code == ErrorCode::Usage || error.code == ErrorCode::Disk));
  CHECK_FALSE(error.cause.empty());
}
