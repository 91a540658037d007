#include "remote/store_bodies.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "formats/xml_reader.hpp"

namespace xget::remote {
namespace {

// With the namespace, which S3 does without but some that speak like it demand. OSS ignores it.
constexpr std::string_view kSpace = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

std::string element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + xml_escaped(text) + "</" + std::string(name) + ">";
}

std::string document(std::string_view name, std::string_view content) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>)"
         "<" +
         std::string(name) + std::string(kSpace) + ">" + std::string(content) + "</" +
         std::string(name) + ">";
}

[[maybe_unused]] bool go_up(std::span<const SentPart> parts) {
  return std::adjacent_find(parts.begin(), parts.end(), [](const SentPart& a, const SentPart& b) {
           return a.number >= b.number;
         }) == parts.end();
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      case '"': escaped += "&quot;"; break;
      case '\t': escaped += "&#9;"; break;
      case '\n': escaped += "&#10;"; break;
      case '\r': escaped += "&#13;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

bool fits_xml(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (!next.valid || !formats::is_xml_char(next.code)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string complete_upload_body(std::span<const SentPart> parts) {
  assert(go_up(parts));
  std::string content;
  for (const SentPart& part : parts) {
    content +=
        "<Part>" + element("PartNumber", std::to_string(part.number)) + element("ETag", part.etag);
    if (!part.checksum_element.empty()) content += element(part.checksum_element, part.checksum);
    content += "</Part>";
  }
  return document("CompleteMultipartUpload", content);
}

Result<std::string> delete_body(std::span<const std::string> keys, bool quiet) {
  assert(keys.size() <= kMostDeleted);
  std::string content = element("Quiet", quiet ? "true" : "false");
  for (const std::string& key : keys) {
    if (!fits_xml(key)) {
      return fail({.code = ErrorCode::Usage,
                   .operation = "delete",
                   .subject = "\"" + printable(key) + "\"",
                   .cause = "XML cannot carry this key, so it is not deleted along with others"});
    }
    content += "<Object>" + element("Key", key) + "</Object>";
  }
  return document("Delete", content);
}

std::string create_bucket_body(std::string_view region) {
  if (region.empty() || region == "us-east-1") return {};
  return document("CreateBucketConfiguration", element("LocationConstraint", region));
}

}  // namespace xget::remote
