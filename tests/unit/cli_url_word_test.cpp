// Words that stand where a URL should.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "cli/url_word.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using cli::check_url_word;

namespace {

std::string cause_for(const std::string& word, bool named = false) {
  const auto sound = check_url_word(word, named);
  return sound ? "" : sound.error().cause;
}

}  // namespace

TEST_CASE("what may be a URL is taken for one, with a scheme or without") {
  for (const char* word : {"https://example.org/f", "example.org/f.meta4", "example.org",
                           "localhost/f", "localhost:8080", "[::1]", "https://./f", "ftp://x"}) {
    INFO(word);
    CHECK(cause_for(word).empty());
  }
  CHECK(cause_for("localhost", true).empty());
}

TEST_CASE("a mistyped file name is not looked up as a host") {
  for (const char* word : {"nosuch.meta4", "nosuch.METALINK", "./nosuch", "../nosuch.meta4",
                           "/nosuch/f", "nosuch.torrent"}) {
    INFO(word);
    CHECK(cause_for(word) == "there is no such file");
    CHECK(cause_for(word, true) == "there is no such file");
  }
}

TEST_CASE("a word that is neither a URL nor a file is told so") {
  CHECK(cause_for("help") == "it is neither a URL nor a file");
}

TEST_CASE("a file that is here is no URL, but a Metalink is as good as one") {
  const test::TemporaryFolder folder;
  const std::string path = folder / GENERATE("a.iso", "a.torrent", "a.meta4", "a.Metalink");
  std::ofstream(path) << "x";
  const bool metalink = path.find("eta") != std::string::npos;
  CHECK(cause_for(path).empty() == metalink);
  const auto refused = check_url_word(path, false);
  const bool torrent = path.ends_with(".torrent");
  if (torrent) CHECK(refused.error().remedy.find("--pieces") != std::string::npos);
}
