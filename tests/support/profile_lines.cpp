// Reads profiles and plans credentials with remote/, so that other implementations can be asked
// whether they agree: each line of standard input is JSON, each line of standard output what
// becomes of it.
//
//   {"credentials": text, "config": text, "variables": {name: value}, "profile": name or ""}
//   {"sections": of the config file {section: {name: value, or {name: value} of a block}},
//    "plan": {"origin", "id" (of keys that are known), "roles": [ARN]}, "region"}
//
// Where something fails, {"error"} stands in the place of sections or plan.
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "formats/profile_file.hpp"
#include "remote/configured_store.hpp"
#include "remote/credential_plan.hpp"

using namespace xget;
using namespace xget::remote;
using Json = nlohmann::json;

namespace {

Json error_of(const Error& error) { return {{"error", to_string(error)}}; }

Json sections_of(const std::string& config) {
  const auto sections = formats::parse_profile_file(config, "config");
  if (!sections) return error_of(sections.error());
  Json all = Json::object();
  for (const auto& [header, section] : *sections) {
    Json& one = all[header] = Json::object();
    for (const auto& [name, value] : section.values) one[name] = value;
    for (const auto& [name, block] : section.blocks) one[name] = block;
  }
  return all;
}

struct NameOfOrigin {
  std::string operator()(const KnownCredentials&) const { return "known"; }
  std::string operator()(const CredentialCommand&) const { return "command"; }
  std::string operator()(const SsoRole&) const { return "sso"; }
  std::string operator()(const WebIdentity&) const { return "web identity"; }
  std::string operator()(const ContainerEndpoint&) const { return "container"; }
  std::string operator()(const MachineMetadata&) const { return "machine"; }
};

Json plan_of(const CredentialWishes& wishes, const Environment& environment,
             const Profiles& profiles) {
  const auto plan = plan_credentials(wishes, environment, profiles);
  if (!plan) return error_of(plan.error());
  Json roles = Json::array();
  for (const RoleToAssume& role : plan->roles) roles.push_back(role.arn);
  const auto* known = std::get_if<KnownCredentials>(&plan->origin);
  return {{"origin", std::visit(NameOfOrigin(), plan->origin)},
          {"id", known != nullptr ? known->credentials.access_key_id : ""},
          {"roles", roles}};
}

Json answer_to(const Json& line) {
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = line["variables"].find(name);
    if (found == line["variables"].end()) return std::nullopt;
    return found->get<std::string>();
  };
  Json answer{{"sections", sections_of(line["config"])}};
  CredentialWishes wishes;
  wishes.profile = line["profile"];
  const auto profiles =
      Profiles::parse({"credentials", line["credentials"]}, {"config", line["config"]});
  if (!profiles) {
    answer["plan"] = error_of(profiles.error());
    return answer;
  }
  answer["plan"] = plan_of(wishes, environment, *profiles);
  const auto profile = chosen_profile(wishes, environment, *profiles);
  answer["region"] = profile ? configured_region(environment, *profile) : "";
  return answer;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) std::cout << answer_to(Json::parse(line)).dump() << "\n";
  return 0;
}
