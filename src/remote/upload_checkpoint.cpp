#include "remote/upload_checkpoint.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "base/digest.hpp"

namespace xget::remote {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;
constexpr int kMaxDepth = 3;  // a part is a list in a list in the document
constexpr std::size_t kPartMembers = 3;
constexpr std::uint64_t kLatestTime = 253'402'300'799;  // the end of the year 9999

tl::unexpected<Error> refused(std::string cause) {
  return fail({.code = ErrorCode::Disk,
               .operation = "read the upload's checkpoint",
               .cause = std::move(cause)});
}

std::optional<std::string> text_in(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::uint64_t> number_in(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_unsigned()) return std::nullopt;
  return member->get<std::uint64_t>();
}

Json seconds_of(std::optional<WallTime> time) {
  return time ? Json(time->time_since_epoch().count()) : Json();
}

std::optional<WallTime> time_in(const Json& object, const char* name) {
  const auto seconds = number_in(object, name);
  if (!seconds || *seconds > kLatestTime) return std::nullopt;
  return WallTime(std::chrono::seconds(*seconds));
}

bool is_part(const Json& part, const PartPlan& plan) {
  return part.is_array() && part.size() == kPartMembers && part[0].is_number_unsigned() &&
         part[0].get<std::uint64_t>() >= 1 && part[0].get<std::uint64_t>() <= plan.count() &&
         part[1].is_string() && part[2].is_string();
}

std::optional<PartRecords> parts_in(const Json& document, const PartPlan& plan) {
  const auto list = document.find("parts");
  if (list == document.end() || !list->is_array()) return std::nullopt;
  PartRecords parts;
  for (const Json& part : *list) {
    if (!is_part(part, plan)) return std::nullopt;
    const bool fresh =
        parts
            .emplace(part[0].get<std::uint64_t>(),
                     PartRecord{part[1].get<std::string>(), part[2].get<std::string>()})
            .second;
    if (!fresh) return std::nullopt;
  }
  return parts;
}

}  // namespace

std::string to_text(const UploadCheckpoint& checkpoint) {
  Json parts = Json::array();
  for (const auto& [number, part] : checkpoint.parts) {
    parts.push_back(Json::array({number, part.etag, part.md5}));
  }
  const Json document{{"v", kVersion},
                      {"url", checkpoint.url},
                      {"file", checkpoint.file},
                      {"upload_id", checkpoint.upload_id},
                      {"token", checkpoint.token},
                      {"unheard", seconds_of(checkpoint.unheard_since)},
                      {"size", checkpoint.plan.size},
                      {"part_size", checkpoint.plan.part_size},
                      {"sha256", checkpoint.sha256},
                      {"tag", checkpoint.tag},
                      {"encryption", checkpoint.encryption},
                      {"parts", std::move(parts)}};
  return document.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<UploadCheckpoint> parse_upload_checkpoint(std::string_view text) {
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kMaxDepth;
  };
  const Json document = Json::parse(text, shallow, false);
  if (!document.is_object()) return refused("it is no JSON object");
  if (number_in(document, "v") != kVersion) return refused("it is of another version of xget");
  auto upload_id = text_in(document, "upload_id");
  auto token = text_in(document, "token");
  auto sha256 = text_in(document, "sha256");
  const auto size = number_in(document, "size");
  const auto part_size = number_in(document, "part_size");
  if (!upload_id || !token || !sha256 || !size || !part_size) {
    return refused("a member is missing");
  }
  const auto plan = plan_upload(*size, *part_size);
  if (!plan) return refused("its parts are none");
  auto parts = parts_in(document, *plan);
  if (!parts || (upload_id->empty() && !parts->empty()))
    return refused("its list of parts is none");
  return UploadCheckpoint{.url = text_in(document, "url").value_or(""),
                          .file = text_in(document, "file").value_or(""),
                          .upload_id = *std::move(upload_id),
                          .token = *std::move(token),
                          .plan = *plan,
                          .sha256 = *std::move(sha256),
                          .tag = text_in(document, "tag").value_or(""),
                          .encryption = text_in(document, "encryption").value_or(""),
                          .unheard_since = time_in(document, "unheard"),
                          .parts = *std::move(parts)};
}

std::string name_of_checkpoint(std::string_view endpoint, std::string_view object_url,
                               std::string_view path) {
  std::string all(endpoint);
  all.append("\n").append(object_url).append("\n").append(path);
  return to_hex(piece_digest(std::as_bytes(std::span(all)))) + ".json";
}

}  // namespace xget::remote
