#include "remote/uri_encoding.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"

namespace xget::remote {

std::string encoded_path(std::string_view raw) { return percent_encoded(raw, "/"); }

std::string encoded_query(StoreKind store, const std::vector<QueryParameter>& parameters) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(parameters.size());
  for (const QueryParameter& parameter : parameters) {
    encoded.emplace_back(percent_encoded(parameter.name), percent_encoded(parameter.value));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string query;
  for (const auto& [name, value] : encoded) {
    if (!query.empty()) query += '&';
    query += name;
    if (store == StoreKind::S3 || !value.empty()) query += '=';
    query += value;
  }
  return query;
}

}  // namespace xget::remote
