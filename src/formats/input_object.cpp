#include "formats/input_object.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace xget::formats {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 2;  // the object, and a list in it

tl::unexpected<Error> object_error(std::string cause, std::string remedy = "") {
  return fail({.code = ErrorCode::Usage, .cause = std::move(cause), .remedy = std::move(remedy)});
}

tl::unexpected<Error> wrong_type(const std::string& name, const char* due) {
  return object_error("\"" + name + "\" must be " + due);
}

Result<std::vector<std::string>> texts(const std::string& name, const Json& value) {
  std::vector<std::string> all;
  if (!value.is_array()) return wrong_type(name, "a list of texts");
  for (const Json& one : value) {
    if (!one.is_string()) return wrong_type(name, "a list of texts");
    all.push_back(one.get<std::string>());
  }
  return all;
}

// ["Name: value"] or {"Name": "value"}.
Result<std::vector<std::string>> headers(const std::string& name, const Json& value) {
  if (!value.is_object()) return texts(name, value);
  std::vector<std::string> all;
  for (const auto& [header, text] : value.items()) {
    if (!text.is_string()) return wrong_type(name, "a list of texts, or an object of texts");
    all.push_back(header + ": " + text.get<std::string>());
  }
  return all;
}

std::string* text_member(ListedFile& file, const std::string& name) {
  if (name == "out") return &file.out;
  if (name == "dir") return &file.dir;
  if (name == "checksum") return &file.checksum;
  if (name == "referer") return &file.referer;
  if (name == "user_agent") return &file.user_agent;
  if (name == "http_user") return &file.user;
  if (name == "http_passwd") return &file.password;
  return nullptr;
}

Result<void> add_urls(ListedFile& file, const std::string& name, const Json& value) {
  if (name == "url") {
    if (!value.is_string()) return wrong_type(name, "a text");
    file.urls.insert(file.urls.begin(), value.get<std::string>());
    return {};
  }
  auto mirrors = texts(name, value);
  if (!mirrors) return fail(std::move(mirrors.error()));
  file.urls.insert(file.urls.end(), mirrors->begin(), mirrors->end());
  return {};
}

Result<void> take_member(ListedFile& file, const std::string& name, const Json& value) {
  if (name == "url" || name == "mirrors") return add_urls(file, name, value);
  if (name == "headers") {
    auto all = headers(name, value);
    if (!all) return fail(std::move(all.error()));
    file.headers = *std::move(all);
    return {};
  }
  if (name == "size") {
    if (!value.is_number_unsigned()) return wrong_type(name, "a number of bytes");
    file.size = value.get<std::uint64_t>();
    return {};
  }
  if (name == "metalink") {
    if (!value.is_boolean()) return wrong_type(name, "true or false");
    file.metalink = value.get<bool>();
    return {};
  }
  std::string* text = text_member(file, name);
  if (text == nullptr) {
    return object_error(
        "member \"" + printable(name.substr(0, 40)) + "\" is not known",
        "known are url, mirrors, out, dir, checksum, size, headers, referer, user_agent, "
        "http_user, http_passwd and metalink");
  }
  if (!value.is_string()) return wrong_type(name, "a text");
  *text = value.get<std::string>();
  return {};
}

// Null where the line is none, or nests deeper than any member may: that is not even built.
Json parse(std::string_view line) {
  bool too_deep = false;
  const auto keep = [&](int depth, Json::parse_event_t, const Json&) {
    too_deep |= depth > kMaxDepth;
    return !too_deep;
  };
  Json value = Json::parse(line, keep, false);
  return too_deep ? Json() : value;
}

}  // namespace

Result<ListedFile> parse_input_object(std::string_view line) {
  const Json object = parse(line);
  if (!object.is_object()) {
    return object_error("the line begins with { and is no JSON object",
                        "an object stands on one line: {\"url\": \"https://...\"}");
  }
  ListedFile file;
  for (const auto& [name, value] : object.items()) {
    if (auto taken = take_member(file, name, value); !taken) return fail(std::move(taken.error()));
  }
  if (!object.contains("url")) return object_error("the object has no \"url\"");
  return file;
}

}  // namespace xget::formats
