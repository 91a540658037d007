#include <catch2/catch.hpp>

#include "cli/stopped_jobs.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

Failed stopped(const std::string& path, const std::string& kept) {
  return {.job = 1,
          .path = path,
          .error = {.code = ErrorCode::Interrupted,
                    .operation = "download",
                    .subject = "https://a/" + path,
                    .cause = "interrupted",
                    .kept = kept}};
}

std::string told(const std::vector<Failed>& all, StoppedBy by = StoppedBy::User) {
  StoppedJobs jobs;
  for (const Failed& failed : all) jobs.add(failed);
  return jobs.text(by);
}

}  // namespace

TEST_CASE("of a few downloads that the user stopped each is told") {
  CHECK(told({}).empty());
  CHECK(told({stopped("f", "1 MiB of 2 MiB in f.partial"), stopped("g", "")}) ==
        "xget: download https://a/f: interrupted\n"
        "kept: 1 MiB of 2 MiB in f.partial\n"
        "xget: download https://a/g: interrupted\n"
        "kept: nothing of this run\n");
}

TEST_CASE("of many stopped downloads it is told how many are kept, and where") {
  std::vector<Failed> all(30, stopped("in/f", "1 MiB"));
  CHECK(told(all) ==
        "xget: 30 downloads interrupted\n"
        "kept: what arrived of each, as FILE.partial in in/\n");
  all.push_back(stopped("in/g", ""));
  CHECK(told(all) ==
        "xget: 31 downloads interrupted\n"
        "kept: what arrived of 30, as FILE.partial in in/; nothing of 1\n");
  all.push_back(stopped("f", "1 MiB"));
  CHECK(told(all) ==
        "xget: 32 downloads interrupted\n"
        "kept: what arrived of 31, as FILE.partial in their folders; nothing of 1\n");
  CHECK(told(std::vector<Failed>(6, stopped("f", ""))) ==
        "xget: 6 downloads interrupted\n"
        "kept: nothing of this run\n");
}

TEST_CASE("what a failure elsewhere stopped is not called interrupted") {
  CHECK(told({stopped("f", "1 MiB in f.partial"), stopped("g", "")}, StoppedBy::Failure) ==
        "xget: 2 downloads stopped, since one has failed (--fail-fast)\n"
        "https://a/f: kept 1 MiB in f.partial\n"
        "https://a/g: nothing kept\n");
  CHECK(told(std::vector<Failed>(6, stopped("f", "1 MiB")), StoppedBy::Failure) ==
        "xget: 6 downloads stopped, since one has failed (--fail-fast)\n"
        "kept: what arrived of each, as FILE.partial in this folder\n");
}
