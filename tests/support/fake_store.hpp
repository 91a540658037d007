// A store of plain data, of one object and its uploads, and of another one at the key "from", which
// can be copied, behind a FakeTransport: a test sees what is
// asked, and says when it is answered. What is asked has a short name:
//
//   look · put · list uploads · begin · part N · list · complete · abort · look at source · copy ·
//   copy part N
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/encoding.hpp"
#include "remote/multipart_etag.hpp"
#include "support/fake_network.hpp"

namespace xget::test {

inline std::string md5_of(const std::string& bytes) {
  const auto digester = Digester::create(DigestAlgorithm::Md5);
  digester->update(std::as_bytes(std::span(bytes)));
  return digester->finish_hex();
}

inline std::string quoted(const std::string& text) { return "\"" + text + "\""; }

class FakeStore {
 public:
  struct Part {
    std::string bytes;
    std::string etag;
  };
  struct Upload {
    std::vector<core::Header> headers;  // of the object that it becomes
    std::map<std::uint64_t, Part> parts;
    std::string key = "key";
    std::string begun = "2100-01-01T00:00:00.000Z";
  };
  struct Object {
    std::string bytes;
    std::string etag;
    std::vector<core::Header> headers;
  };
  struct Manner {
    std::string etag;                    // in place of the right one, with its quotes
    std::vector<core::Header> headers;   // besides
    bool lost = false;                   // it is done, and the connection breaks
    std::optional<std::string> instead;  // the body of the answer
  };

  explicit FakeStore(FakeTransport& wire) : wire_(wire) {}

  // What is asked now, in the order of its asking.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> names;
    for (const core::RequestId id : wire_.running()) names.push_back(name_of(wire_.request(id)));
    return names;
  }
  // 0: it is not asked now.
  [[nodiscard]] core::RequestId find(const std::string& what) const {
    for (const core::RequestId id : wire_.running()) {
      if (name_of(wire_.request(id)) == what) return id;
    }
    return 0;
  }
  [[nodiscard]] std::string header(const std::string& what, const std::string& name) const {
    const core::RequestId id = find(what);
    REQUIRE(id != 0);
    return header_of(wire_.request(id), name);
  }

  void answer(const std::string& what) { answer(what, Manner{}); }
  void answer(const std::string& what, const Manner& manner) {
    const core::RequestId id = find(what);
    INFO(what);
    REQUIRE(id != 0);
    const core::HttpRequest request = wire_.request(id);
    const auto body = body_of(request);
    if (!body) return wire_.end(id, core::TransferStatus::BodyFailed);
    const Answer answer = answer_to(what, request, *body, manner);
    if (manner.lost) return wire_.end(id, core::TransferStatus::Broken);
    tell(id, answer, manner);
  }
  void refuse(const std::string& what, int status, const std::string& code) {
    const core::RequestId id = find(what);
    INFO(what);
    REQUIRE(id != 0);
    tell(id, refusal(status, code), {});
  }

  std::optional<Object> object;
  std::optional<Object> source;
  std::map<std::string, Upload> uploads;  // by their ids
  std::size_t parts_per_page = 1000;
  int begun = 0;

 private:
  struct Answer {
    int status = 200;
    std::vector<core::Header> headers;
    std::string body;
  };

  static Answer refusal(int status, const std::string& code) {
    return {status, {}, "<Error><Code>" + code + "</Code></Error>"};
  }
  void tell(core::RequestId id, Answer answer, const Manner& manner) {
    answer.headers.insert(answer.headers.end(), manner.headers.begin(), manner.headers.end());
    const bool mute = wire_.request(id).method == core::Method::Head;
    if (wire_.head(id, answer.status, std::move(answer.headers)) != core::HeadVerdict::Accept) {
      return;
    }
    const std::string body = manner.instead.value_or(answer.body);
    if (!mute && !body.empty()) wire_.body(id, body);
    wire_.end(id, core::TransferStatus::Ok);
  }

  static std::string query_value(const core::HttpRequest& request, const std::string& name) {
    const std::string& url = request.url;
    const auto query = url.find('?');
    auto at = query == std::string::npos ? query : url.find(name + "=", query);
    if (at == std::string::npos) return "";
    at += name.size() + 1;
    return url.substr(at, url.find('&', at) - at);
  }
  static std::string name_of(const core::HttpRequest& request) {
    const std::string part = query_value(request, "partNumber");
    const bool copies = !header_of(request, "x-amz-copy-source").empty();
    if (copies) return part.empty() ? "copy" : "copy part " + part;
    switch (request.method) {
      case core::Method::Head:
        return request.url.substr(0, request.url.find('?')).ends_with("/from") ? "look at source"
                                                                               : "look";
      case core::Method::Get:
        return query_value(request, "uploadId").empty() ? "list uploads" : "list";
      case core::Method::Delete: return "abort";
      case core::Method::Put: return part.empty() ? "put" : "part " + part;
      case core::Method::Post: break;
    }
    return query_value(request, "uploadId").empty() ? "begin" : "complete";
  }
  // nullopt: it cannot be read.
  static std::optional<std::string> body_of(const core::HttpRequest& request) {
    std::string bytes;
    if (!request.body) return bytes;
    bytes.resize(static_cast<std::size_t>(request.body->size()));
    const auto all = std::as_writable_bytes(std::span(bytes));
    for (std::size_t at = 0; at < bytes.size();) {
      const auto read = request.body->read_at(at, all.subspan(at));
      if (!read) return std::nullopt;
      at += *read;
    }
    return bytes;
  }
  static bool is_as_digested(const core::HttpRequest& request, const std::string& bytes) {
    const std::string said = header_of(request, "Content-MD5");
    return said.empty() || said == to_base64(*parse_hex(md5_of(bytes)));
  }

  Answer answer_to(const std::string& what, const core::HttpRequest& request,
                   const std::string& body, const Manner& manner) {
    if (what == "look") return look(object);
    if (what == "look at source") return look(source);
    if (what == "copy") return copy(request);
    if (what == "put") return put(request, body, manner);
    if (what == "begin") return begin(request);
    if (what == "list uploads") return list_uploads();
    const auto upload = uploads.find(query_value(request, "uploadId"));
    if (upload == uploads.end()) return refusal(404, "NoSuchUpload");
    if (what == "list") return list(upload->second, query_value(request, "part-number-marker"));
    if (what == "complete") return complete(upload, request, body, manner);
    if (what == "abort") {
      uploads.erase(upload);
      return {204, {}, ""};
    }
    if (what.starts_with("copy part ")) return copy_part(upload->second, request);
    if (!is_as_digested(request, body)) return refusal(400, "BadDigest");
    const std::string etag = manner.etag.empty() ? quoted(md5_of(body)) : manner.etag;
    upload->second.parts[std::stoull(query_value(request, "partNumber"))] = {body, etag};
    return {200, {{"ETag", etag}}, ""};
  }

  [[nodiscard]] static Answer look(const std::optional<Object>& at) {
    if (!at) return {404, {}, ""};
    Answer answer{200, at->headers, ""};
    answer.headers.push_back({"ETag", at->etag});
    answer.headers.push_back({"Content-Length", std::to_string(at->bytes.size())});
    return answer;
  }
  [[nodiscard]] bool may_copy(const core::HttpRequest& request) const {
    const std::string named = header_of(request, "x-amz-copy-source");
    return source && named.substr(0, named.find('?')) == "/bucket/from" &&
           header_of(request, "x-amz-copy-source-if-match") == source->etag;
  }
  static Answer copied(const std::string& root, const std::string& etag) {
    return {200, {}, "<" + root + "><ETag>" + etag + "</ETag></" + root + ">"};
  }
  Answer copy(const core::HttpRequest& request) {
    if (is_to_be_left(request) || !may_copy(request)) return refusal(412, "PreconditionFailed");
    const bool replaces = header_of(request, "x-amz-metadata-directive") == "REPLACE";
    object = {source->bytes, quoted(md5_of(source->bytes)),
              replaces ? request.headers : source->headers};
    return copied("CopyObjectResult", object->etag);
  }
  Answer copy_part(Upload& upload, const core::HttpRequest& request) {
    if (!may_copy(request)) return refusal(412, "PreconditionFailed");
    const std::string range = header_of(request, "x-amz-copy-source-range");
    const auto dash = range.find('-');
    const std::size_t begin = std::stoull(range.substr(6));
    const std::string bytes =
        source->bytes.substr(begin, std::stoull(range.substr(dash + 1)) + 1 - begin);
    const std::string etag = quoted(md5_of(bytes));
    upload.parts[std::stoull(query_value(request, "partNumber"))] = {bytes, etag};
    return copied("CopyPartResult", etag);
  }
  [[nodiscard]] bool is_to_be_left(const core::HttpRequest& request) const {
    return object && header_of(request, "If-None-Match") == "*";
  }
  Answer put(const core::HttpRequest& request, const std::string& body, const Manner& manner) {
    if (is_to_be_left(request)) return refusal(412, "PreconditionFailed");
    if (!is_as_digested(request, body)) return refusal(400, "BadDigest");
    const std::string etag = manner.etag.empty() ? quoted(md5_of(body)) : manner.etag;
    object = {body, etag, request.headers};
    return {200, {{"ETag", etag}}, ""};
  }
  Answer begin(const core::HttpRequest& request) {
    const std::string id = "upload-" + std::to_string(++begun);
    uploads[id].headers = request.headers;
    return {200,
            {},
            "<InitiateMultipartUploadResult><UploadId>" + id +
                "</UploadId></InitiateMultipartUploadResult>"};
  }
  [[nodiscard]] Answer list_uploads() const {
    std::string text;
    for (const auto& [id, upload] : uploads) {
      text += "<Upload><Key>" + upload.key + "</Key><UploadId>" + id + "</UploadId><Initiated>" +
              upload.begun + "</Initiated></Upload>";
    }
    return {200, {}, "<ListMultipartUploadsResult>" + text + "</ListMultipartUploadsResult>"};
  }
  [[nodiscard]] Answer list(const Upload& upload, const std::string& marker) const {
    const std::uint64_t from = marker.empty() ? 0 : std::stoull(marker);
    std::string text;
    std::size_t count = 0;
    std::uint64_t last = from;
    for (const auto& [number, part] : upload.parts) {
      if (number <= from || count == parts_per_page) continue;
      text += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + part.etag +
              "</ETag><Size>" + std::to_string(part.bytes.size()) + "</Size></Part>";
      last = number;
      ++count;
    }
    const bool more = !upload.parts.empty() && last < upload.parts.rbegin()->first;
    if (more) {
      text += "<IsTruncated>true</IsTruncated><NextPartNumberMarker>" + std::to_string(last) +
              "</NextPartNumberMarker>";
    }
    return {200, {}, "<ListPartsResult>" + text + "</ListPartsResult>"};
  }
  Answer complete(std::map<std::string, Upload>::iterator upload, const core::HttpRequest& request,
                  const std::string& body, const Manner& manner) {
    if (is_to_be_left(request)) return refusal(412, "PreconditionFailed");
    auto etags = remote::PartsEtag::create();
    Object made{"", "", upload->second.headers};
    for (const auto& [number, part] : upload->second.parts) {
      // Quotes are escaped there.
      const std::string named = "<PartNumber>" + std::to_string(number) + "</PartNumber>";
      if (body.find(named) == std::string::npos) continue;
      if (body.find(part.etag.substr(1, part.etag.size() - 2)) == std::string::npos) {
        return refusal(400, "InvalidPart");
      }
      made.bytes += part.bytes;
      etags->add(*parse_hex(md5_of(part.bytes)));
    }
    made.etag = manner.etag.empty() ? quoted(to_string(etags->finish())) : manner.etag;
    uploads.erase(upload);
    object = made;
    return {200,
            {},
            "<CompleteMultipartUploadResult><ETag>" + made.etag +
                "</ETag></CompleteMultipartUploadResult>"};
  }

  FakeTransport& wire_;
};

}  // namespace xget::test
