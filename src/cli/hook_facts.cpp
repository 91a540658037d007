#include "cli/hook_facts.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/json_object.hpp"
#include "cli/event_json.hpp"
#include "cli/json_versions.hpp"

namespace xget::cli {
namespace {

// A program's environment holds no NUL, and nothing after one.
std::string variable(std::string_view name, const std::string& value) {
  return std::string(name) + "=" + value.substr(0, value.find('\0'));
}

// What every download has.
struct Common {
  const char* state;
  const std::string& file;
  const std::string& url;
};

JsonObject begin_facts(const Common& common) {
  JsonObject object;
  object.with("v", kHookVersion)
      .with("state", common.state)
      .with("file", common.file)
      .with("url", common.url);
  return object;
}

HookFacts make_facts(const Common& common, std::vector<std::string> environment,
                     const JsonObject& object) {
  environment.push_back(variable("XGET_STATE", common.state));
  environment.push_back(variable("XGET_FILE", common.file));
  environment.push_back(variable("XGET_URL", common.url));
  return {std::move(environment), object.text() + "\n"};
}

}  // namespace

HookFacts facts_of(const Finished& finished, const std::string& url) {
  const Common common{"complete", finished.path, url};
  const char* proof = proof_name(finished.proof);
  return make_facts(
      common,
      {variable("XGET_BYTES", std::to_string(finished.size)), variable("XGET_PROOF", proof)},
      begin_facts(common)
          .with("bytes", finished.size)
          .with("received", finished.received)
          .with("already_complete", finished.already_complete)
          .with("proof", proof)
          .with("rests_on", finished.rests_on)
          .with("made_from", finished.made_from ? finished.made_from->path : "")
          .with("made_as", made_as_name(finished.made_from)));
}

HookFacts facts_of(const Failed& failed, const std::string& url) {
  const Common common{"failed", failed.path, url};
  const Error& error = failed.error;
  const std::string message = to_string(error);
  return make_facts(
      common, {variable("XGET_ERROR", to_string(error.code)), variable("XGET_MESSAGE", message)},
      begin_facts(common)
          .with("error", to_string(error.code))
          .with("message", message)
          .with("kept", error.kept)
          .with("remedy", error.remedy));
}

}  // namespace xget::cli
