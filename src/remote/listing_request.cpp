#include "remote/listing_request.hpp"

#include <utility>

namespace xget::remote {
namespace {

void add_place(const ListingWish& wish, std::vector<QueryParameter>& query) {
  const std::string& from = wish.question.from;
  if (wish.question.steps == ListingSteps::Markers) {
    const std::string& marker = from.empty() ? wish.after : from;
    if (!marker.empty()) query.push_back({"marker", marker});
    return;
  }
  query.push_back({"list-type", "2"});
  if (!from.empty()) {
    query.push_back({"continuation-token", from});
  } else if (!wish.after.empty()) {
    query.push_back({"start-after", wish.after});
  }
}

}  // namespace

BucketQuestion listing_request(const ListingWish& wish) {
  // Unasked, Alibaba's pages have a tenth of what they may.
  std::vector<QueryParameter> query{{"encoding-type", "url"},
                                    {"max-keys", wish.first_alone ? "1" : "1000"}};
  add_place(wish, query);
  if (!wish.question.prefix.empty()) query.push_back({"prefix", wish.question.prefix});
  if (wish.folders) query.push_back({"delimiter", "/"});
  BucketQuestion request;
  request.query = std::move(query);
  return request;
}

}  // namespace xget::remote
