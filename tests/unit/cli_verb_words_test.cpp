// A verb's own options among those of a download.
#include <catch2/catch.hpp>

#include "cli/verb_words.hpp"

using namespace xget;
using namespace xget::cli;

namespace {

using Words = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

VerbWords taken(const Words& words) {
  const auto read = take_own_options(*verb_named("cp"), words);
  REQUIRE(read);
  return *read;
}

}  // namespace

TEST_CASE("a verb takes its own options and leaves all other words as they stand") {
  const VerbWords read = taken({"-n", "4", "--acl", "private", "--header", "A: b", "file",
                                "--no-clobber", "--limit-rate=1M", "s3://b/k"});
  CHECK(read.operands ==
        Words{"-n", "4", "--header", "A: b", "file", "--limit-rate=1M", "s3://b/k"});
  CHECK(read.options.at("acl") == "private");
  CHECK(read.has("no-clobber"));
  CHECK_FALSE(read.has("metadata"));
}

TEST_CASE("an option whose value may be left out takes only one that it knows, or that is tied") {
  CHECK(taken({"--sse", "file"}).options.at("sse") == "AES256");
  CHECK(taken({"--sse", "file"}).operands == Words{"file"});
  CHECK(taken({"file", "--sse"}).options.at("sse") == "AES256");
  CHECK(taken({"--sse", "aws:kms", "file"}).options.at("sse") == "aws:kms");
  CHECK(taken({"--sse", "aws:kms", "file"}).operands == Words{"file"});
  CHECK(taken({"--sse=SM4", "file"}).options.at("sse") == "SM4");
  CHECK_FALSE(take_own_options(*verb_named("cp"), Words{"--sse="}));
}

TEST_CASE("an option that is given several times keeps all its values, in their order") {
  const VerbWords read = taken({"--metadata", "a=1", "--acl=x", "--metadata=b=2=3"});
  CHECK(read.all == Pairs{{"metadata", "a=1"}, {"acl", "x"}, {"metadata", "b=2=3"}});
  CHECK(read.options.at("metadata") == "b=2=3");
}

TEST_CASE("behind -- nothing is an own option, and the -- is left for who reads on") {
  CHECK(taken({"--acl=x", "--", "--no-clobber"}).operands == Words{"--", "--no-clobber"});
  CHECK_FALSE(taken({"--", "--no-clobber"}).has("no-clobber"));
}

TEST_CASE("what only begins like an own option is none") {
  const Words words{"--ac", "--acls", "-acl", "acl", "--", "x"};
  CHECK(taken(words).operands == words);
}

TEST_CASE("an own option's value is neither missing, nor empty, nor too many") {
  for (const Words& words :
       {Words{"file", "--acl"}, Words{"--acl="}, Words{"--acl", ""}, Words{"--no-clobber=1"}}) {
    const auto read = take_own_options(*verb_named("cp"), words);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::Usage);
    CHECK(read.error().subject.starts_with("--"));
  }
}

TEST_CASE("a verb without own options leaves everything") {
  const Words words{"--acl", "x", "https://host/f"};
  const auto read = take_own_options(*verb_named("doctor"), words);
  REQUIRE(read);
  CHECK(read->operands == words);
}

TEST_CASE("a letter of the verb's own takes the value that is written behind it") {
  const auto du = take_own_options(*verb_named("du"), Words{"-d1", "-x1", "s3://b", "--", "-d2"});
  REQUIRE(du);
  CHECK(du->options.at("max-depth") == "1");
  CHECK(du->operands == Words{"-x1", "s3://b", "--", "-d2"});
  CHECK(taken({"-rq", "--acl", "-rx"}).operands == Words{"-rq"});
}
