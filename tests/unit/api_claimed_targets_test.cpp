// Which jobs may run at the same time, by the names that they use.
#include <catch2/catch.hpp>
#include <filesystem>

#include "api/claimed_targets.hpp"
#include "base/partial_names.hpp"
#include "support/temporary_folder.hpp"
#include "xget/session.hpp"

using namespace xget;
using api::ClaimedTargets;
using test::TemporaryFolder;

namespace {

struct Claims {
  TemporaryFolder here;
  ClaimedTargets targets;
  JobId last = 0;

  // What was refused, in words; empty: nothing.
  std::string claim(const std::string& name, const std::string& checkpoints = "") {
    auto claimed =
        targets.claim(++last, {.path = here / name,
                               .checkpoint_folder = checkpoints.empty() ? "" : here / checkpoints,
                               .etag_file = {},
                               .url = "url of " + name});
    if (!claimed) CHECK(claimed.error().code == ErrorCode::Usage);
    return claimed ? "" : claimed.error().subject + " " + claimed.error().cause;
  }
};

std::vector<JobSpec> jobs_to(const std::string& one, const std::string& other) {
  return {{.url = "https://a/1", .output = one}, {.url = "https://b/2", .output = other}};
}

}  // namespace

TEST_CASE("no job may use a name that stands beside another one's file, whichever comes first") {
  for (const std::string_view suffix : kSuffixesBesideFile) {
    const std::string beside = "f" + std::string(suffix);
    INFO(beside);
    Claims claims;
    CHECK(claims.claim("f").empty());
    CHECK(claims.claim(beside) ==
          "url of " + beside + " needs a name that url of f uses: " + claims.here / beside);
    Claims reversed;
    CHECK(reversed.claim(beside).empty());
    CHECK(reversed.claim("f") ==
          "url of f needs a name that url of " + beside + " uses: " + reversed.here / beside);
  }
}

TEST_CASE(
    "the file of a job's ETag is neither its own output, nor what stands beside, nor another's") {
  Claims claims;
  const auto claim = [&](JobId job, const std::string& name, const std::string& etag_file) {
    return claims.targets
        .claim(job, {.path = claims.here / name,
                     .checkpoint_folder = "",
                     .etag_file = claims.here / etag_file,
                     .url = name})
        .has_value();
  };
  CHECK_FALSE(claim(1, "f", "./f"));
  CHECK_FALSE(claim(1, "f", "f.partial"));
  CHECK(claim(1, "f", "tag"));
  CHECK_FALSE(claim(2, "g", "tag"));
  CHECK_FALSE(claim(2, "tag", "other"));
  CHECK(claim(2, "g", "other"));
  claims.targets.release(1);
  CHECK(claim(3, "f", "tag"));
}

TEST_CASE("a URL that is given twice is called so") {
  const JobSpec job{.url = "https://a.example/f"};
  const auto error = check_targets({job, job}).error();
  CHECK(to_string(error) == "https://a.example/f: it is asked for twice, both times as f");
}

TEST_CASE("names that only look alike are no matter") {
  Claims claims;
  CHECK(claims.claim("f").empty());
  for (const char* name : {"g", "f.part", "f.partial.jso", "fpartial", "ff.partial", "f.json"}) {
    CHECK(claims.claim(name).empty());
  }
}

TEST_CASE("a sidecar in a folder of its own is nobody's target") {
  for (const bool draft : {false, true}) {
    for (const bool reversed : {false, true}) {
      Claims claims;
      const std::string sidecar = "records/" + hashed_sidecar_of(claims.here / "f", 255);
      const std::string target = draft ? draft_of(sidecar) : sidecar;
      CHECK(claims.claim(reversed ? target : "f", reversed ? "" : "records").empty());
      CHECK_FALSE(claims.claim(reversed ? "f" : target, reversed ? "records" : "").empty());
    }
  }
  Claims claims;
  CHECK(claims.claim("f", "records").empty());
  CHECK(claims.claim("g", "records").empty());
}

TEST_CASE("names are one through any link or detour of their folders") {
  Claims claims;
  std::filesystem::create_directory(claims.here / "real");
  std::filesystem::create_directory_symlink("real", claims.here / "link");
  CHECK(claims.claim("real/f").empty());
  CHECK_FALSE(claims.claim("link/f").empty());
  CHECK_FALSE(claims.claim("./real//../link/f.partial").empty());
  CHECK(claims.claim("link/g").empty());
}

TEST_CASE("a job's names are free when it gives them back, and one that was refused has none") {
  Claims claims;
  CHECK(claims.claim("f").empty());
  const JobId first = claims.last;
  CHECK_FALSE(claims.claim("f.partial").empty());
  claims.targets.release(claims.last);
  CHECK_FALSE(claims.claim("f").empty());
  claims.targets.release(first);
  CHECK(claims.claim("f.partial").empty());
}

TEST_CASE("jobs are compared before any of them is added") {
  const TemporaryFolder here;
  CHECK(check_targets(jobs_to(here / "f", here / "g")));
  const auto clash = check_targets(jobs_to(here / "f", here / "f.partial.json.tmp"));
  REQUIRE_FALSE(clash);
  CHECK(clash.error().code == ErrorCode::Usage);
  CHECK(clash.error().subject == "https://b/2");
  const auto nameless = check_targets({{.url = "https://a/"}});
  REQUIRE_FALSE(nameless);
  CHECK(nameless.error().code == ErrorCode::Usage);
}

TEST_CASE("jobs that a Metalink or a server names are not compared beforehand") {
  CHECK(check_targets({{.url = "https://a/f.meta4"}, {.url = "https://b/f.meta4"}}));
  CHECK(check_targets({{.url = "https://a/f", .content_disposition = true},
                       {.url = "https://b/f", .content_disposition = true}}));
}
