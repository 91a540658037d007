// URLs of objects become requests for them, for whoever the environment and the options say.
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "api/object_stores.hpp"
#include "support/credential_world.hpp"

using namespace xget;
using namespace xget::api;

namespace {

// The process's environment says this of stores and nothing else, until the test ends.
class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& said) {
    for (const char* name : kNames) {
      const char* before = ::getenv(name);
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      const auto now = said.find(name);
      set(name, now == said.end() ? std::nullopt : std::optional(now->second));
    }
  }
  ~Variables() {
    for (const auto& [name, value] : before_) set(name, value);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  static constexpr std::array kNames{"HOME",
                                     "AWS_ACCESS_KEY_ID",
                                     "AWS_SECRET_ACCESS_KEY",
                                     "AWS_SESSION_TOKEN",
                                     "AWS_PROFILE",
                                     "AWS_DEFAULT_PROFILE",
                                     "AWS_REGION",
                                     "AWS_DEFAULT_REGION",
                                     "AWS_ENDPOINT_URL",
                                     "AWS_ENDPOINT_URL_S3",
                                     "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                     "AWS_SHARED_CREDENTIALS_FILE",
                                     "AWS_CONFIG_FILE",
                                     "AWS_EC2_METADATA_DISABLED",
                                     "OSS_REGION",
                                     "OSS_ENDPOINT",
                                     "OSS_ACCESS_KEY_ID",
                                     "OSS_ACCESS_KEY_SECRET"};
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::map<std::string, std::optional<std::string>> before_;
};

const std::map<std::string, std::string> kKeys{{"AWS_ACCESS_KEY_ID", "AK"},
                                               {"AWS_SECRET_ACCESS_KEY", "hush"}};

const std::map<std::string, std::string> kNobody{{"AWS_EC2_METADATA_DISABLED", "true"}};

std::map<std::string, std::string> keys_and(const std::string& name, const std::string& value) {
  auto said = kKeys;
  said[name] = value;
  return said;
}

std::string url_of(const std::string& url, ObjectStoreOptions options = {}) {
  const auto named = ObjectStores(std::move(options)).find(url);
  return named ? named->url.text : to_string(named.error());
}

Error refused(const std::string& url, ObjectStoreOptions options = {}) {
  const auto named = ObjectStores(std::move(options)).find(url);
  REQUIRE_FALSE(named);
  CHECK(named.error().code == ErrorCode::Usage);
  return named.error();
}

}  // namespace

TEST_CASE("an object is found where its store has it") {
  const Variables variables(kKeys);
  CHECK(url_of("s3://bucket/a key") == "https://bucket.s3.us-east-1.amazonaws.com/a%20key");
  CHECK(url_of("s3://bucket/a?b#c%20") ==
        "https://bucket.s3.us-east-1.amazonaws.com/a%3Fb%23c%2520");
}

TEST_CASE("a URL of the web stays what it is") {
  ObjectStores stores({});
  const auto named = stores.find("https://host/a%20b?c=d");
  REQUIRE(named);
  CHECK_FALSE(named->object.has_value());
  CHECK(named->url.text == "https://host/a%20b?c=d");
}

TEST_CASE("what the environment says of a store counts, and options count more") {
  const Variables variables(keys_and("AWS_REGION", "eu-west-1"));
  CHECK(url_of("s3://bucket/k") == "https://bucket.s3.eu-west-1.amazonaws.com/k");
  CHECK(url_of("s3://bucket/k", {.region = "eu-north-1"}) ==
        "https://bucket.s3.eu-north-1.amazonaws.com/k");
  CHECK(url_of("s3://bucket/k", {.bucket_style = BucketStyle::Path}) ==
        "https://s3.eu-west-1.amazonaws.com/bucket/k");
  CHECK(url_of("s3://bucket/k", {.endpoint_url = "http://127.0.0.1:9000"}) ==
        "http://127.0.0.1:9000/bucket/k");
  CHECK(url_of("s3://bucket/k",
               {.endpoint_url = "https://store.example", .bucket_style = BucketStyle::Host}) ==
        "https://bucket.store.example/k");
}

TEST_CASE("a profile says where and who, and one that is missing is told") {
  test::TemporaryFolder folder;
  std::ofstream(folder / "profiles") << "[other]\naws_access_key_id = AK\n"
                                        "aws_secret_access_key = hush\nregion = eu-west-2\n";
  const Variables variables(kNobody);
  const std::string file = folder / "profiles";
  CHECK(url_of("s3://bucket/k", {.profile = "other", .credentials_file = file}) ==
        "https://bucket.s3.eu-west-2.amazonaws.com/k");
  const Error missing = refused("s3://bucket/k", {.profile = "no", .credentials_file = file});
  CHECK(to_string(missing).find("no") != std::string::npos);
  CHECK(to_string(missing).find("hush") == std::string::npos);
  refused("s3://bucket/k", {.credentials_file = folder / "nowhere"});
}

TEST_CASE("where nobody can be asked for, that is said before anything is sent") {
  const Variables variables(kNobody);
  CHECK_FALSE(to_string(refused("s3://bucket/k")).empty());
  CHECK(url_of("s3://bucket/k", {.anonymous = true}) ==
        "https://bucket.s3.us-east-1.amazonaws.com/k");
}

TEST_CASE("a store that cannot be found is refused each time it is asked for") {
  const Variables variables(keys_and("AWS_REGION", "no region"));
  ObjectStores stores({});
  CHECK_FALSE(stores.find("s3://bucket/k"));
  CHECK_FALSE(stores.find("s3://bucket/k"));
}

TEST_CASE("a bucket, or what is none, is no object") {
  const Variables variables(kKeys);
  CHECK(refused("s3://bucket").remedy == "give the object's key: s3://bucket/KEY");
  CHECK(refused("s3://bucket/").cause.find("bucket") != std::string::npos);
  refused("s3://");
  refused("s3://b\x1b/k");
  refused("s3://bucket/a/../b");
}

TEST_CASE("who pays is asked of each request, and the name may be printed") {
  const Variables variables(kKeys);
  ObjectStores stores({.requester_pays = true});
  const auto named = stores.find("s3://bucket/a\x01");
  REQUIRE(named);
  CHECK(named->object->bucket.requester_pays);
  CHECK(named->object->object.key == "a\x01");
  CHECK(named->object->name.find('\x01') == std::string::npos);
}

TEST_CASE("a file is called by the last component of its URL, and shown without secrets") {
  const auto name = [](const std::string& url) { return *name_in_url(url); };
  CHECK(name("s3://bucket/dir/a%20b").last == "a%20b");
  CHECK(name("s3://bucket/dir/a%20b").shown == "s3://bucket/dir/a%20b");
  CHECK(name("s3://bucket/dir/").last.empty());
  CHECK(name("https://host/dir/a%20b?x=1").last == "a b");
  CHECK(name("https://me:pw@host/f").shown.find("pw") == std::string::npos);
  CHECK_FALSE(name_in_url("s3://"));
  CHECK_FALSE(name_in_url("https://"));
}

TEST_CASE("all who ask in one bucket share what they learn, and no others do") {
  const Variables variables(kKeys);
  test::CredentialWorld world;
  ObjectStores stores({});
  stores.use(world.ports, world.way);
  const auto bucket = stores.find("s3://bucket/k")->object->bucket;
  const auto other = stores.find("s3://other/k")->object->bucket;
  CHECK(stores.access(bucket) == stores.access(bucket));
  CHECK(stores.access(bucket) != stores.access(other));
  CHECK(stores.access(bucket)->have_credentials({}));
  CHECK_FALSE(stores.next_deadline().has_value());
}

TEST_CASE("two sides are two accounts where the options say so, and one where they do not") {
  const Variables variables(kKeys);
  test::CredentialWorld world;
  const auto accounts = [&](ObjectStoreOptions options) {
    ObjectStores stores(std::move(options));
    stores.use(world.ports, world.way);
    const auto source = stores.find("s3://bucket/k", StoreSide::Source)->object->bucket;
    const auto destination = stores.find("s3://bucket/k", StoreSide::Destination)->object->bucket;
    CHECK((stores.access(source) == stores.access(destination)) ==
          (source.account == destination.account));
    return std::pair(source, destination);
  };
  const auto same = accounts({.endpoint_url = "http://a:1"});
  CHECK(same.first.account == same.second.account);
  ObjectStoreOptions options{.endpoint_url = "http://a:1"};
  options.destination.endpoint_url = "http://b:2";
  const auto two = accounts(options);
  CHECK(two.first.account != two.second.account);
  CHECK(two.first.endpoint.url == "http://a:1");
  CHECK(two.second.endpoint.url == "http://b:2");
}
