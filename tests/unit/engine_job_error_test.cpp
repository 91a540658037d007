#include <catch2/catch.hpp>

#include "engine/job_error.hpp"

using namespace xget;
using namespace xget::engine;

TEST_CASE("what is said of an existing file names only what can help") {
  const auto remedy = [](WayOn way_on) { return exists_error("f", "it exists", way_on).remedy; };
  CHECK(remedy(WayOn::None) ==
        "--overwrite replaces it, --auto-rename gives this one another name, --no-overwrite leaves "
        "it");
  CHECK(remedy(WayOn::Checksum) ==
        "--overwrite replaces it, --auto-rename gives this one another name, --no-overwrite leaves "
        "it, "
        "--checksum proves it");
  CHECK(remedy(WayOn::ResumeOrChecksum).find("--checksum proves it, --resume goes on from it if") !=
        std::string::npos);
  CHECK(remedy(WayOn::Resume).find("--resume goes on from it if") != std::string::npos);
  CHECK(exists_error("f", "it exists", WayOn::Checksum).code == ErrorCode::Exists);
}

TEST_CASE("who began again in vain is not told to begin again") {
  const Error error = keeps_changing_error("https://a/f");
  CHECK(error.code == ErrorCode::Changed);
  CHECK(to_string(error) == "download https://a/f: it keeps changing on the server");
  CHECK(error.remedy == "try again later");
}

TEST_CASE("a host that cannot be resolved is to be checked, whatever its URL's scheme") {
  const core::Failure failure{.kind = core::FailureKind::Resolve,
                              .number = 0,
                              .cause = "no such host",
                              .retry_after = std::nullopt,
                              .offered = std::nullopt};
  CHECK(error_of(failure, "http://a/f", Served::Never).remedy == "check the host");
}

TEST_CASE("wrong bytes are first blamed on what proves least") {
  CHECK(checksum_remedy(Written::Away).starts_with("check the digest"));
  CHECK(checksum_remedy(Written::AsProven).starts_with("check the digest"));
  const std::string on_samples = checksum_remedy(Written::OnSamples);
  CHECK(on_samples.find("--no-resume") < on_samples.find("check the digest"));
}
