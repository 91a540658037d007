#include <catch2/catch.hpp>

#include "formats/input_list.hpp"
#include "formats/input_object.hpp"

using namespace xget;
using formats::InputList;
using formats::ListedFile;

namespace {

std::vector<Result<ListedFile>> read(const std::vector<std::string>& lines) {
  InputList list("urls.txt");
  std::vector<Result<ListedFile>> entries;
  const auto take_whole = [&] {
    while (auto entry = list.pop()) entries.push_back(*std::move(entry));
  };
  for (const std::string& line : lines) {
    list.take(line);
    take_whole();
  }
  list.end();
  take_whole();
  return entries;
}

Error refusal_of(const std::string& object) {
  const auto file = formats::parse_input_object(object);
  REQUIRE_FALSE(file);
  return file.error();
}

}  // namespace

TEST_CASE("a line is a file, and its URLs are the first and mirrors of it") {
  const auto entries = read({"https://a.example/f\thttps://b.example/f", "https://c.example/g"});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0]->urls == std::vector<std::string>{"https://a.example/f", "https://b.example/f"});
  CHECK(entries[0]->line == 1);
  CHECK(entries[1]->urls == std::vector<std::string>{"https://c.example/g"});
  CHECK(entries[1]->line == 2);
}

TEST_CASE("an object may say that it is a Metalink, whatever its name") {
  const auto file =
      formats::parse_input_object(R"({"url": "https://a.example/f", "metalink": true})");
  REQUIRE(file);
  CHECK(file->metalink);
  CHECK(refusal_of(R"({"url": "https://a.example/f", "metalink": "yes"})").cause ==
        "\"metalink\" must be true or false");
}

TEST_CASE("indented lines are options of the file above") {
  const auto entries =
      read({"https://a.example/f", "  out=g h.iso", "\tdir = /srv/iso ", "  checksum=sha-256=00",
            "  header=A: b", "  header=C: d=e", "  referer=https://r.example/", "  user-agent=me/1",
            "  http-user=u", "  http-passwd=p=q", "  # split=5", "  split=5"});
  REQUIRE(entries.size() == 1);
  const ListedFile& file = *entries[0];
  CHECK(file.out == "g h.iso");
  CHECK(file.dir == "/srv/iso");
  CHECK(file.checksum == "sha-256=00");
  CHECK(file.headers == std::vector<std::string>{"A: b", "C: d=e"});
  CHECK(file.referer == "https://r.example/");
  CHECK(file.user_agent == "me/1");
  CHECK(file.user == "u");
  CHECK(file.password == "p=q");
}

TEST_CASE("comments, empty lines, carriage returns and a byte order mark are no entries") {
  const auto entries = read({"\xEF\xBB\xBF# mine", "", "  ", "https://a.example/f\r", "#x", "\r"});
  REQUIRE(entries.size() == 1);
  CHECK(entries[0]->urls.front() == "https://a.example/f");
  CHECK(entries[0]->line == 4);
}

TEST_CASE("an object is an entry at once") {
  InputList list("-");
  list.take(R"({"url": "https://a.example/f", "mirrors": ["https://b.example/f"], "out": "g",)"
            R"( "dir": "d", "checksum": "md5:00", "size": 5, "headers": {"A": "b"}})");
  const auto entry = list.pop();
  REQUIRE(entry);
  const ListedFile& file = **entry;
  CHECK(file.urls == std::vector<std::string>{"https://a.example/f", "https://b.example/f"});
  CHECK(file.out == "g");
  CHECK(file.dir == "d");
  CHECK(file.checksum == "md5:00");
  CHECK(file.size == 5);
  CHECK(file.headers == std::vector<std::string>{"A: b"});
}

TEST_CASE("what a list cannot mean refuses that entry alone, by its line") {
  const auto entries =
      read({"https://a.example/f", "  max-download-limit=5", "  out=x", "https://b.example/f",
            "  no option", R"({"url": 5})", "https://c.example/f"});
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].error().subject == "urls.txt:2");
  CHECK(entries[0].error().cause == "option 'max-download-limit' is not known");
  CHECK(entries[1].error().subject == "urls.txt:5");
  CHECK(entries[2].error().subject == "urls.txt:6");
  CHECK(entries[3]->urls.front() == "https://c.example/f");
}

TEST_CASE("a refused entry is handed back with all of its lines, and no others") {
  InputList list("urls.txt");
  for (const char* line : {"https://a.example/f", "https://b.example/f\thttps://c.example/f",
                           "  out=g", "  odd=1", "  dir=d", "https://d.example/f"}) {
    list.take(line);
  }
  REQUIRE(list.pop().value());
  CHECK(list.lines() == "https://a.example/f\n");
  CHECK_FALSE(list.pop().value());
  CHECK(list.lines() == "https://b.example/f\thttps://c.example/f\n  out=g\n  odd=1\n  dir=d\n");
}

TEST_CASE("a line that is too long takes nothing of the entry before it along") {
  const auto entries =
      read({"https://a.example/f", "  out=g", std::string(formats::kLongestListLine + 1, 'x'),
            "https://b.example/"});
  REQUIRE(entries.size() == 3);
  CHECK(entries[0]->out == "g");
  CHECK_FALSE(entries[1]);
  CHECK(entries[2]);
}

TEST_CASE("an option before any URL is refused") {
  const auto entries = read({"  out=x", "https://a.example/f"});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].error().cause == "an option (an indented line) that follows no URL");
  CHECK(entries[1].has_value());
}

TEST_CASE("a line without bound refuses its entry") {
  const auto entries =
      read({std::string(formats::kLongestListLine + 1, 'a'), "https://a.example/"});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].error().cause == "the line is longer than 1 MiB");
  CHECK(entries[1].has_value());
}

TEST_CASE("an object that is not what it should be is refused without its values") {
  CHECK(refusal_of("{").cause == "the line begins with { and is no JSON object");
  CHECK(refusal_of("{}").cause == "the object has no \"url\"");
  CHECK(refusal_of(R"({"url": "u", "sha": "x"})").cause == "member \"sha\" is not known");
  CHECK(refusal_of(R"({"url": "u", "out": 5})").cause == "\"out\" must be a text");
  CHECK(refusal_of(R"({"url": "u", "size": -1})").cause == "\"size\" must be a number of bytes");
  CHECK(refusal_of(R"({"url": "u", "mirrors": "m"})").cause ==
        "\"mirrors\" must be a list of texts");
  CHECK(refusal_of(R"({"url": "u", "mirrors": [["m"]]})").cause ==
        "the line begins with { and is no JSON object");
  CHECK(refusal_of("{\"url\": \"u\", \"out\": \"\xff\"}").cause ==
        "the line begins with { and is no JSON object");
}
