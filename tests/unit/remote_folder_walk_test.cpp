// A folder's files come in the order in which stores list keys.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "remote/folder_walk.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
namespace fs = std::filesystem;

namespace {

struct Tree {
  void add(const std::string& path, const std::string& text = "x") const {
    fs::create_directories(fs::path(here / path).parent_path());
    std::ofstream(here / path) << text;
  }
  std::vector<std::string> walk(const std::vector<remote::FilterRule>& rules = {},
                                bool follow_links = false) {
    auto walk =
        remote::FolderWalk::open({here / ".", *remote::GlobFilter::create(rules), follow_links});
    REQUIRE(walk.has_value());
    std::vector<std::string> paths;
    while (auto file = walk->next()) paths.push_back(file->path);
    passed_over = walk->take_passed_over();
    return paths;
  }
  [[nodiscard]] std::string fate_of(const std::string& path) const {
    const auto found = std::ranges::find(passed_over, path, &remote::PassedOver::path);
    return found == passed_over.end() ? "" : found->why;
  }

  test::TemporaryFolder here;
  std::vector<remote::PassedOver> passed_over;
};

}  // namespace

TEST_CASE("files come in the byte order of their whole paths") {
  Tree tree;
  std::vector<std::string> paths{"a-b",   "a/x", "a/y/z", "a0",      "a/",  "b/-",
                                 "b/0/1", "b.c", "\x7f",  "B",       "a!b", "a/b/c/d",
                                 "zz",    "z/z", "a b",   "\xc3\xa9"};
  std::erase(paths, "a/");
  for (const std::string& path : paths) tree.add(path);
  std::ranges::sort(paths);
  CHECK(tree.walk() == paths);
  CHECK(tree.passed_over.empty());
}

TEST_CASE("an empty folder has no files, and one that is none cannot be walked") {
  Tree tree;
  CHECK(tree.walk().empty());
  tree.add("file");
  CHECK_FALSE(remote::FolderWalk::open({tree.here / "file", {}, false}).has_value());
  CHECK_FALSE(remote::FolderWalk::open({tree.here / "missing", {}, false}).has_value());
}

TEST_CASE("a file is told with its size and time") {
  Tree tree;
  tree.add("file", "four");
  auto walk = remote::FolderWalk::open({tree.here / ".", {}, false});
  const auto file = walk->next();
  REQUIRE(file.has_value());
  CHECK(file->size == 4);
  struct stat status {};
  REQUIRE(::stat((tree.here / "file").c_str(), &status) == 0);
  CHECK(file->modified.time_since_epoch().count() == status.st_mtim.tv_sec);
}

TEST_CASE("an excluded folder is not even opened") {
  Tree tree;
  tree.add("kept/file");
  tree.add("secret/file");
  REQUIRE(::chmod((tree.here / "secret").c_str(), 0) == 0);
  CHECK(tree.walk({{false, "secret/"}}) == std::vector<std::string>{"kept/file"});
  CHECK(tree.passed_over.empty());
  REQUIRE(::chmod((tree.here / "secret").c_str(), 0700) == 0);
}

TEST_CASE("links are passed over, or followed if that is asked for") {
  Tree tree;
  tree.add("real/file");
  fs::create_symlink("real/file", tree.here / "link");
  fs::create_symlink("real", tree.here / "other");
  fs::create_symlink("missing", tree.here / "broken");
  CHECK(tree.walk() == std::vector<std::string>{"real/file"});
  CHECK(tree.fate_of("link") == "it is a symbolic link");
  CHECK(tree.fate_of("other") == "it is a symbolic link");
  CHECK(tree.walk({}, true) == std::vector<std::string>{"link", "other/file", "real/file"});
  CHECK(tree.passed_over.size() == 1);
  CHECK_FALSE(tree.fate_of("broken").empty());
}

TEST_CASE("links that lead round in circles end") {
  Tree tree;
  tree.add("a/file");
  fs::create_symlink("..", tree.here / "a/up");
  CHECK(tree.walk({}, true) == std::vector<std::string>{"a/file"});
  CHECK(tree.passed_over.size() == 1);
}

TEST_CASE("what is no file is passed over and told") {
  Tree tree;
  REQUIRE(::mkfifo((tree.here / "pipe").c_str(), 0600) == 0);
  tree.add("file");
  CHECK(tree.walk() == std::vector<std::string>{"file"});
  CHECK(tree.fate_of("pipe") == "it is no regular file");
}

TEST_CASE("a folder that is closed is told as one of which nothing is known") {
  if (::geteuid() == 0) return;  // root is let in everywhere
  Tree tree;
  tree.add("closed/file");
  REQUIRE(::chmod((tree.here / "closed").c_str(), 0) == 0);
  CHECK(tree.walk().empty());
  REQUIRE(tree.passed_over.size() == 1);
  CHECK(tree.passed_over[0].unseen);
  REQUIRE(::chmod((tree.here / "closed").c_str(), 0700) == 0);
}
