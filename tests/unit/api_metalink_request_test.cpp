// What the files of a Metalink become: names, URLs, digests, and to whom secrets go.
#include <catch2/catch.hpp>
#include <fstream>

#include "api/metalink_request.hpp"
#include "support/temporary_folder.hpp"
#include "xget/session.hpp"

using namespace xget;
using api::DescribedJob;
using api::MetalinkRequest;

namespace {

const std::string kUrl = "https://list.example/files.meta4";
const std::string kMd5(32, 'a');
const std::string kSha256(64, 'c');

Options no_proxy() {
  Options options;
  options.proxy = "none";
  return options;
}

std::string metalink(const std::string& files) {
  return R"(<metalink xmlns="urn:ietf:params:xml:ns:metalink">)" + files + "</metalink>";
}

std::string file(const std::string& name, const std::string& content) {
  return "<file name=\"" + name + "\">" + content + "</file>";
}

std::string url(const std::string& text, const std::string& attributes = "") {
  return "<url " + attributes + ">" + text + "</url>";
}

std::string hash(const std::string& type, const std::string& hex) {
  return "<hash type=\"" + type + "\">" + hex + "</hash>";
}

using Jobs = Result<std::vector<DescribedJob>>;

Jobs jobs_of(const std::string& document, JobSpec spec = {.url = kUrl},
             const Options& options = no_proxy()) {
  const auto request = api::prepare_metalink(spec, options, nullptr);
  if (!request) FAIL(to_string(request.error()));
  return api::described_jobs(document, *request, options, nullptr);
}

// Of a Metalink of one file that can be downloaded.
api::JobRequest only_job(const std::string& document, JobSpec spec = {.url = kUrl},
                         const Options& options = no_proxy()) {
  auto jobs = jobs_of(document, std::move(spec), options);
  if (!jobs) FAIL(to_string(jobs.error()));
  REQUIRE(jobs->size() == 1);
  if (!jobs->front().request) FAIL(to_string(jobs->front().request.error()));
  return *std::move(jobs->front().request);
}

Error refusal(const std::string& document, JobSpec spec = {.url = kUrl},
              const Options& options = no_proxy()) {
  const auto jobs = jobs_of(document, std::move(spec), options);
  if (!jobs) return jobs.error();
  for (const DescribedJob& job : *jobs) {
    if (!job.request) return job.request.error();
  }
  FAIL("nothing was refused");
  return {};
}

std::string first_url(const std::string& document, JobSpec spec = {.url = kUrl}) {
  return only_job(document, std::move(spec)).source.url.text;
}

}  // namespace

TEST_CASE("a Metalink's file is downloaded from its first URL under its name into the folder") {
  const auto job = only_job(
      metalink(file("one.iso", "<size>7</size>" + hash("md5", kMd5) + hash("sha-256", kSha256) +
                                   url("https://b.example/x", "priority=\"2\"") +
                                   url("https://a.example/x?q", "priority=\"1\""))),
      {.url = kUrl, .folder = "there"});
  CHECK(job.settings.path == "there/one.iso");
  CHECK(job.source.url.text == "https://a.example/x?q");
  CHECK(job.settings.size == 7U);
  CHECK(job.source.size == 7U);
  REQUIRE(job.settings.digest.has_value());
  CHECK(job.settings.digest->algorithm == DigestAlgorithm::Sha256);
  CHECK(job.settings.digest->hex == kSha256);
  CHECK(job.settings.digest_by == kUrl);
  CHECK_FALSE(job.settings.gives_way_to_metalink);
}

TEST_CASE("every algorithm of a Metalink's digests is one that a job takes") {
  const auto algorithm =
      GENERATE(DigestAlgorithm::Md5, DigestAlgorithm::Sha1, DigestAlgorithm::Sha256,
               DigestAlgorithm::Sha512, DigestAlgorithm::Blake2b512);
  const ExpectedDigest digest{algorithm, std::string(2 * digest_size(algorithm), 'e')};
  const auto job = only_job(
      metalink(file("f", hash(to_string(algorithm), digest.hex) + url("http://a.example/f"))));
  CHECK(job.settings.digest == digest);
}

TEST_CASE("a Metalink's pieces are checked, but not where the bytes are gone at once") {
  const std::string document = metalink(
      file("f", "<size>6</size><pieces type=\"md5\" length=\"4\"><hash>" + kMd5 + "</hash><hash>" +
                    kMd5 + "</hash></pieces>" + url("https://a.example/f")));
  const auto job = only_job(document);
  REQUIRE(job.settings.pieces.has_value());
  CHECK(job.settings.pieces->count() == 2);
  CHECK(job.settings.pieces_by == kUrl);
  CHECK_FALSE(only_job(document, {.url = kUrl, .output = "-"}).settings.pieces.has_value());
}

TEST_CASE("the user's checksum goes before the Metalink's") {
  const auto job = only_job(metalink(file("f", hash("md5", kMd5) + url("https://a.example/f"))),
                            {.url = kUrl, .checksum = "sha256:" + kSha256});
  CHECK(job.settings.digest->algorithm == DigestAlgorithm::Sha256);
  CHECK(job.settings.digest_by.empty());
}

TEST_CASE("a Metalink's names are one safe component each") {
  const auto [given, path] = GENERATE(table<std::string, std::string>({
      {"../../etc/passwd", "passwd"},
      {"/etc/passwd", "passwd"},
      {"folder/name.iso", "name.iso"},
      {"..\\..\\a.exe", "a.exe"},
      {".bashrc", "_bashrc"},
      {"-rf", "_rf"},
      {"a&#x202E;b&#x9;c", "a_b_c"},
      {"victim.iso.partial.json", "victim.iso_partial.json"},
  }));
  CHECK(only_job(metalink(file(given, url("https://a.example/f")))).settings.path == path);
}

TEST_CASE("a Metalink's file of no usable name fails alone, and -o names it") {
  const std::string document = metalink(file("..", url("https://a.example/f")));
  CHECK(refusal(document).subject == kUrl + ": ..");
  CHECK(refusal(document).code == ErrorCode::Usage);
  CHECK(only_job(document, {.url = kUrl, .output = "named"}).settings.path == "named");
}

TEST_CASE("a Metalink's mirrors in the wanted country go first, each group by priority") {
  const std::string document =
      metalink(file("f", url("https://us1.example/", "location=\"us\" priority=\"1\"") +
                             url("https://de2.example/", "location=\"DE\" priority=\"3\"") +
                             url("https://de1.example/", "location=\"de\" priority=\"2\"")));
  CHECK(first_url(document) == "https://us1.example/");
  CHECK(first_url(document, {.url = kUrl, .location = "de"}) == "https://de1.example/");
  CHECK(first_url(document, {.url = kUrl, .location = "DE"}) == "https://de1.example/");
  CHECK(first_url(document, {.url = kUrl, .location = "fr"}) == "https://us1.example/");
}

TEST_CASE("a Metalink's further URLs are mirrors, each once") {
  const auto job =
      only_job(metalink(file("f", hash("md5", kMd5) + url("http://c.example/", "priority=\"3\"") +
                                      url("http://a.example/", "priority=\"1\"") +
                                      url("http://b.example/", "priority=\"2\"") +
                                      url("http://a.example", "priority=\"4\""))));
  CHECK(job.source.url.text == "http://a.example/");
  REQUIRE(job.mirrors.size() == 2);
  CHECK(job.mirrors[0].url.text == "http://b.example/");
  CHECK(job.mirrors[1].url.text == "http://c.example/");
}

TEST_CASE("mirrors of a file beyond the 256th are left out") {
  std::string urls;
  for (int i = 0; i < 300; ++i) urls += url("https://a.example/" + std::to_string(i));
  CHECK(only_job(metalink(file("f", urls))).mirrors.size() == 255);
}

TEST_CASE("a Metalink takes no mirrors from elsewhere") {
  const auto refused =
      api::prepare_metalink({.url = kUrl, .mirrors = {"https://a.example/"}}, no_proxy(), nullptr);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().subject == "--mirror");
}

TEST_CASE("a location is a country's two letters") {
  const auto wrong = GENERATE("d", "deu", "d1", "de,at");
  const JobSpec spec{.url = kUrl, .location = wrong};
  CHECK(api::prepare_metalink(spec, no_proxy(), nullptr).error().subject == "--location");
  CHECK(
      api::prepare({.url = "https://a.example/f", .location = wrong}, no_proxy()).error().subject ==
      "--location");
}

TEST_CASE("a URL of a Metalink that is none is left out, and a file without any fails alone") {
  CHECK(first_url(metalink(file("f", url("https://") + url("https://a.example/f")))) ==
        "https://a.example/f");
  const auto jobs = jobs_of(metalink(file("f", url("ftp://a.example/f") + url("https://")) +
                                     file("g", url("https://a.example/g"))));
  REQUIRE(jobs->size() == 2);
  CHECK((*jobs)[0].path == "f");
  CHECK((*jobs)[0].request.error().cause == "it has no http or https URL that can be used");
  CHECK((*jobs)[1].request.has_value());
}

TEST_CASE("over https, a file without a digest that resists forgery is not handed to plain http") {
  const std::string plain = url("http://a.example/f");
  CHECK(refusal(metalink(file("f", plain))).cause ==
        "no digest in it resists forgery, and it has no https URL");
  CHECK(refusal(metalink(file("f", hash("crc32c", "00000000") + plain))).code == ErrorCode::Usage);
  CHECK(first_url(metalink(file("f", plain + url("https://b.example/f")))) ==
        "https://b.example/f");
  CHECK(first_url(metalink(file("f", hash("sha-256", kSha256) + plain))) == "http://a.example/f");
  CHECK(first_url(metalink(file("f", plain)), {.url = "http://list.example/f.meta4"}) ==
        "http://a.example/f");
  CHECK(first_url(metalink(file("f", plain)), {.url = kUrl, .checksum = "sha256:" + kSha256}) ==
        "http://a.example/f");
  const JobSpec by_chance{.url = kUrl, .checksum = "crc32c:00000000"};
  CHECK(refusal(metalink(file("f", plain)), by_chance).code == ErrorCode::Usage);
  CHECK(refusal(metalink(file("f", hash("sha-256", kSha256) + plain)), by_chance).code ==
        ErrorCode::Usage);  // the user's goes before it
  Options downgrade = no_proxy();
  downgrade.allow_downgrade = true;
  CHECK(only_job(metalink(file("f", plain)), {.url = kUrl}, downgrade).source.url.text ==
        "http://a.example/f");
}

TEST_CASE("over https, a list of checksums counts by what it says, and one to be fetched not yet") {
  const test::TemporaryFolder folder;
  const std::string document = metalink(file("f", url("http://a.example/f")));
  const auto go = [&](const std::string& list) {
    const auto jobs = jobs_of(document, {.url = kUrl, .checksum_file = list});
    REQUIRE(jobs.has_value());
    return jobs->front().request.has_value();
  };
  std::ofstream(folder / "SHA256SUMS") << kSha256 << "  f\n";
  CHECK(go(folder / "SHA256SUMS"));
  CHECK_FALSE(go("http://a.example/SHA256SUMS"));
}

TEST_CASE("what was given for a Metalink's URL stays with its origin") {
  const auto job = only_job(
      metalink(file("f", url("https://you:yours@a.example/f") +
                             url("https://you:yours@b.example/f") + url("https://list.example/f"))),
      {.url = "https://me:mine@list.example/f.meta4",
       .headers = {"X-Token: secret"},
       .referer = "https://from.example/"});
  CHECK(job.source.home() == net::parse_url(kUrl)->origin);
  CHECK(job.source.user_password == "me:mine");
  CHECK(job.source.url.user_password.empty());
  CHECK(job.source.headers.size() == 1);
  for (const auto& mirror : job.mirrors) {
    CHECK(mirror.home() == job.source.home());
    CHECK(mirror.user_password == "me:mine");
    CHECK(mirror.headers.size() == 1);
  }
}

TEST_CASE("one output or checksum is for a Metalink of one file") {
  const std::string two =
      metalink(file("f", url("https://a.example/f")) + file("g", url("https://a.example/g")));
  CHECK(refusal(two, {.url = kUrl, .output = "x"}).subject == "--output");
  CHECK(refusal(two, {.url = kUrl, .checksum = "sha256:" + kSha256}).subject == "--checksum");
  CHECK(only_job(metalink(file("f", url("https://a.example/f"))), {.url = kUrl, .output = "-"})
            .to_standard_output);
}

TEST_CASE("a Metalink with one name for two files is refused") {
  const auto error = refusal(
      metalink(file("a/f", url("https://a.example/1")) + file("b/f", url("https://a.example/2"))));
  CHECK(error.subject == kUrl);
  CHECK(error.cause == "two of its files would have the name f");
}

TEST_CASE("what is no Metalink is refused with its line, and how to get it as a file") {
  const auto error = refusal("<html>\n<br></html>");
  CHECK(error.code == ErrorCode::Usage);
  CHECK(error.operation == "read the Metalink");
  CHECK(error.subject == kUrl + ", line 1");
  CHECK(error.cause == "it is no Metalink");
  CHECK(error.remedy == "--no-metalink downloads it as a file like any other");
  CHECK(refusal("x", {.url = kUrl, .metalink = MetalinkUse::Always}).remedy.empty());
}

TEST_CASE("a job is a Metalink by its URL's path, unless it is told otherwise") {
  const auto detects = [](const char* url) { return is_metalink({.url = url}); };
  CHECK(detects("https://a.example/f.meta4"));
  CHECK(detects("a.example/F.METALINK?x=1"));
  CHECK_FALSE(detects("https://a.example/f?x=.meta4"));
  CHECK_FALSE(detects("https://f.meta4/"));
  CHECK_FALSE(detects("https://a.example/f.iso"));
  CHECK_FALSE(is_metalink({.url = kUrl, .metalink = MetalinkUse::Never}));
  CHECK(is_metalink({.url = "https://a.example/f", .metalink = MetalinkUse::Always}));
  CHECK_FALSE(is_metalink({.url = kUrl, .output = "kept.meta4"}));
}

TEST_CASE("a job is a Metalink by the name of a file that is there") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "f.meta4";
  CHECK_FALSE(is_metalink({.url = "f.meta4"}));
  std::ofstream(path) << metalink(file("f", url("https://a.example/f")));
  CHECK(is_metalink({.url = path}));
  const auto request = api::prepare_metalink({.url = path}, no_proxy(), nullptr);
  REQUIRE(request.has_value());
  CHECK(request->local);
  CHECK(request->source.home() == net::Origin{});
  CHECK(api::read_metalink(*request)->find("a.example") != std::string::npos);
}

TEST_CASE("a local Metalink that cannot be read is named") {
  const auto request = api::prepare_metalink(
      {.url = "no/such.meta4", .metalink = MetalinkUse::Always}, no_proxy(), nullptr);
  const auto error = api::read_metalink(*request).error();
  CHECK(error.subject == "no/such.meta4");
  CHECK(error.cause == "cannot be read: No such file or directory");
}
