#include "remote/object_version.hpp"

#include <algorithm>
#include <array>

namespace xget::remote {

std::vector<QueryParameter> query_of_version(const std::string& version_id) {
  if (version_id.empty()) return {};
  return {{"versionId", version_id}};
}

std::string lasting_version(const core::ResponseHead& answer) {
  for (const char* name : {"x-amz-version-id", "x-oss-version-id"}) {
    const auto id = answer.find(name);
    if (id && *id != "null") return std::string(*id);
  }
  return "";
}

bool may_be_for_the_version(int status) {
  constexpr std::array kStatuses{400, 403, 404, 405, 412, 501};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

}  // namespace xget::remote
