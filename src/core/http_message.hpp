// The head of an HTTP response as plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xget::core {

struct Header {
  std::string name;   // as received
  std::string value;  // without surrounding white space
};

// The final response's head: 1xx responses, CONNECT's answer and trailers are not part of it.
struct ResponseHead {
  int status = 0;
  int http_version = 11;  // 10, 11, 20
  std::vector<Header> headers;
  // Of a refusal: what whoever knows the server takes it to mean, in words; empty: nothing more
  // than its status says.
  std::string meaning;

  // The first value of that name, in any case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // All values of that name.
  [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const;
};

}  // namespace xget::core
