// What a Metalink says of the resource that a server says it describes.
#include <catch2/catch.hpp>

#include "engine/description.hpp"

using namespace xget;
using engine::DescribedResource;
using engine::read_description;

namespace {

const std::string kOnes(64, '1');
const std::string kTwos(64, '2');

DescribedResource resource() {
  return {.urls = {"https://a.example/dir/file.iso", "https://cdn.example/x?sig=%E2%80%A6"},
          .size = 1000,
          .digests = {}};
}

std::string metalink(const std::string& files) {
  return "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">" + files + "</metalink>";
}

std::string file(const std::string& name, const std::string& inside) {
  return "<file name=\"" + name + "\">" + inside + "</file>";
}

std::string sha256(const std::string& hex) { return "<hash type=\"sha-256\">" + hex + "</hash>"; }

std::string url(const std::string& url) { return "<url>" + url + "</url>"; }

std::vector<std::string> mirrors_in(const Result<engine::Description>& description) {
  REQUIRE(description.has_value());
  std::vector<std::string> urls;
  for (const core::LinkedMirror& mirror : description->mirrors) urls.push_back(mirror.url);
  return urls;
}

using Urls = std::vector<std::string>;

}  // namespace

TEST_CASE("the entry that lists a URL of the resource describes it, whatever it is called") {
  const auto text = metalink(file("file.iso", url("https://wrong.example/f")) +
                             file("b", url("https://a.example/dir/file.iso") +
                                           url("https://right.example/f") + sha256(kOnes)));
  const auto said = read_description(text, resource());
  CHECK(mirrors_in(said) == Urls{"https://right.example/f"});
  REQUIRE(said->digests.size() == 1);
  CHECK(said->digests[0].hex == kOnes);
}

TEST_CASE("else the entry does that is called as the resource's URL ends") {
  const auto text = metalink(file("other.iso", url("https://wrong.example/f")) +
                             file("file.iso", url("https://right.example/f")));
  CHECK(mirrors_in(read_description(text, resource())) == Urls{"https://right.example/f"});
}

TEST_CASE("a Metalink of other files does not describe it") {
  const auto said =
      read_description(metalink(file("other", url("https://b.example/f"))), resource());
  REQUIRE_FALSE(said.has_value());
  CHECK(to_string(said.error()) == "it does not describe https://a.example/dir/file.iso");
}

TEST_CASE("its mirrors come by priority, with their countries and without user info") {
  const auto text =
      metalink(file("file.iso",
                    "<url priority=\"2\">https://b.example/f</url>"
                    "<url priority=\"1\" location=\"DE\">https://you:secret@c.example/f</url>"));
  const auto said = read_description(text, resource());
  CHECK(mirrors_in(said) == Urls{"https://c.example/f", "https://b.example/f"});
  CHECK(said->mirrors[0].location == "de");
}

TEST_CASE("an entry of another size means another version, and one without a size may mean this") {
  const auto sized = [](const char* size) {
    return read_description(metalink(file("file.iso", "<size>" + std::string(size) + "</size>")),
                            resource());
  };
  CHECK(sized("1000").has_value());
  REQUIRE_FALSE(sized("1001").has_value());
  CHECK(to_string(sized("1001").error()) == "it describes 1001 bytes, and there are 1000");
  CHECK(read_description(metalink(file("file.iso", "")), resource()).has_value());
}

TEST_CASE("an entry that contradicts a known digest means another version") {
  const auto agrees = [](DigestAlgorithm algorithm, const std::string& hex) {
    DescribedResource known = resource();
    known.digests = {{algorithm, hex}};
    return read_description(metalink(file("file.iso", sha256(kOnes))), known).has_value();
  };
  CHECK(agrees(DigestAlgorithm::Sha256, kOnes));
  CHECK_FALSE(agrees(DigestAlgorithm::Sha256, kTwos));
  CHECK(agrees(DigestAlgorithm::Md5, std::string(32, '2')));  // that cannot be compared
}

TEST_CASE("what is no Metalink is left aside with its line") {
  const auto said = read_description("<html/>", resource());
  REQUIRE_FALSE(said.has_value());
  CHECK(to_string(said.error()) == "line 1: it is no Metalink");
}
