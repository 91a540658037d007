#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/list_entry.hpp"
#include "cli/session_file.hpp"
#include "cli/session_lines.hpp"
#include "support/temporary_folder.hpp"
#include "xget/input_file.hpp"

using namespace xget;
using namespace xget::cli;
using test::TemporaryFolder;

namespace {

using File = std::unique_ptr<SessionFile>;

struct Session {
  [[nodiscard]] Result<File> try_open(const std::vector<JobSpec>& words = {}) const {
    return SessionFile::open(path, words, common, true);
  }
  [[nodiscard]] File open(const std::vector<JobSpec>& words = {}) const {
    auto file = try_open(words);
    REQUIRE(file);
    return *std::move(file);
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
  void write(const std::string& text) const { std::ofstream(path) << text; }

  // What any reader of lists finds.
  [[nodiscard]] std::vector<std::string> urls() const {
    std::vector<std::string> all;
    auto list = InputFile::open(path, common);
    REQUIRE(list);
    while (auto job = list->next()) {
      REQUIRE(*job);
      all.push_back((*job)->url);
    }
    return all;
  }

  TemporaryFolder folder;
  std::string path = folder / "queue";
  JobSpec common{.folder = "/srv"};
};

JobSpec job(const std::string& url) { return {.url = url, .folder = "/srv"}; }

using Urls = std::vector<std::string>;

}  // namespace

TEST_CASE("a session file lists what is not finished, at any moment") {
  const Session session;
  const File file = session.open({job("u/1"), job("u/2")});
  CHECK(session.urls() == Urls{"u/1", "u/2"});
  REQUIRE(file->add(job("u/3")));
  const auto first = file->next();
  REQUIRE((first && first->job));
  CHECK(first->job->url == "u/1");
  file->finished(first->place);
  CHECK(session.urls() == Urls{"u/2", "u/3"});
  const auto second = file->next();
  const auto third = file->next();
  REQUIRE((second && third));
  file->finished(third->place);
  CHECK(session.urls() == Urls{"u/2"});
}

TEST_CASE("what a killed run left in a session file comes first in the next one") {
  const Session session;
  {
    const File file = session.open({job("u/1"), job("u/2"), job("u/3")});
    static_cast<void>(file->next());
    file->finished(file->next()->place);
  }
  const File file = session.open({job("u/4"), job("u/3")});
  CHECK(session.urls() == Urls{"u/1", "u/3", "u/4"});
  CHECK(session.text().find("u/2") == std::string::npos);
}

TEST_CASE("a session file goes when nothing is left, and stays where a list is not all read") {
  const Session session;
  File file = session.open({job("u/1")});
  file->finished(file->next()->place);
  CHECK(file->end(false).value() == 0);
  CHECK(::access(session.path.c_str(), F_OK) == 0);
  file.reset();
  file = session.open({job("u/1")});
  CHECK(file->end(true).value() == 1);
  CHECK(session.urls() == Urls{"u/1"});
  file.reset();
  file = session.open();
  file->finished(file->next()->place);
  CHECK(file->end(true).value() == 0);
  CHECK(::access(session.path.c_str(), F_OK) != 0);
}

TEST_CASE("how far a list was read survives a kill, and what was finished of it") {
  const Session session;
  ListPosition expected;
  {
    const File file = session.open({job("u/word")});
    REQUIRE(file->begin_list({}));
    for (const char* url : {"u/1", "u/2", "u/3"}) {
      REQUIRE(file->add(job(url)));
      expected.pass(file->entry_of(job(url)));
    }
    for (int i = 0; i < 3; ++i) file->finished(file->next()->place);
  }
  const File file = session.open({job("u/other")});
  REQUIRE(file->positions().size() == 1);
  CHECK(file->positions().front() == expected);
  CHECK(expected.entries == 3);
  CHECK(session.urls() == Urls{"u/3", "u/other"});
}

TEST_CASE("what a user adds to a session file is of no list") {
  ListPositions positions;
  ListPosition one;
  one.pass("{\"url\":\"u\"}");
  for (const std::string& line : {one.line(), std::string(kEntriesLine),
                                  std::string("{\"url\":\"u\"}"), std::string("#list none")}) {
    positions.take(line);
  }
  CHECK(positions.all() == std::vector<ListPosition>{one});
  CHECK(ListPosition::parse(one.line()) == one);
  for (const char* broken : {"#list", "#list ", "#list x y", "#list 1", "#list 1 00", "list 1 "}) {
    CHECK_FALSE(ListPosition::parse(broken));
  }
}

TEST_CASE("a session file is locked, and only its owner may read it") {
  const Session session;
  const File file = session.open();
  const auto other = session.try_open();
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::Busy);
  CHECK((std::filesystem::status(session.path).permissions() & std::filesystem::perms(077)) ==
        std::filesystem::perms::none);
}

TEST_CASE("an entry that cannot be read leaves a session file as it was") {
  const Session session;
  session.write("u/1\n  otu=x\n");
  const auto file = session.try_open();
  REQUIRE_FALSE(file);
  CHECK(file.error().code == ErrorCode::Usage);
  CHECK(session.text() == "u/1\n  otu=x\n");
}

TEST_CASE("a session file without end begins again whenever all of it is finished") {
  const Session session;
  const File file = session.open();
  REQUIRE(file->begin_list({}));
  ListPosition position;
  const std::string longer(100'000, 'x');
  for (int i = 0; i < 100; ++i) {
    const JobSpec one = job("u/" + std::to_string(i) + longer);
    REQUIRE(file->add(one));
    position.pass(file->entry_of(one));
    const auto queued = file->next();
    REQUIRE((queued && queued->job && queued->job->url == one.url));
    file->finished(queued->place);
  }
  CHECK(session.text().size() < 2 << 20);
  CHECK(file->end(false).value() == 0);
  CHECK(file->positions().back() == position);
}

TEST_CASE("what JSON cannot say is not kept wrong in a session file") {
  const Session session;
  const File file = session.open();
  REQUIRE_FALSE(file->add(job("u/\xff")));
  REQUIRE(file->add(job("u/\xEF\xBF\xBD")));
  CHECK(session.urls() == Urls{"u/\xEF\xBF\xBD"});
}

TEST_CASE("whoever waits for a job of a session file is told of it, and of the end") {
  const Session session;
  const File file = session.open();
  std::thread adds([&] {
    REQUIRE(file->add(job("u/1")));
    file->no_more();
  });
  const auto queued = file->next();
  CHECK(queued->job->url == "u/1");
  CHECK_FALSE(file->next());
  adds.join();
}

TEST_CASE("an entry says what its job has, and nothing that all have") {
  const JobSpec common{.headers = {"A: all"}, .user_password = "me:secret", .referer = "r"};
  JobSpec one = common;
  one.url = "u";
  CHECK(list_entry(one, common) == R"({"url":"u"})");
  one.mirrors = {"v"};
  one.output = "o";
  one.folder = "/d";
  one.headers.emplace_back("B: own");
  one.user_password = "you:word";
  one.checksum = "sha256:00";
  one.size = 7;
  one.metalink = MetalinkUse::Always;
  const auto read = listed_job(list_entry(one, common), common);
  REQUIRE(read);
  CHECK(list_entry(*read, common) == list_entry(one, common));
  CHECK(read->headers == one.headers);
  CHECK(read->user_password == "you:word");
  CHECK(read->metalink == MetalinkUse::Always);
  CHECK(list_entry(one, common).find("secret") == std::string::npos);
}
