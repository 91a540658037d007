// The request for a page of what a bucket holds: ListObjectsV2, or ListObjects.
// Thread: any; pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/listobjectsv2
#pragma once

#include <string>

#include "remote/bucket_access.hpp"
#include "remote/listing_answers.hpp"

namespace xget::remote {

struct ListingWish {
  ListingQuestion question;
  // The page begins behind this key, where the question goes on from nowhere; empty: with the
  // first. A key that is the same is not listed.
  std::string after;
  bool folders = false;      // what is behind the next "/" is listed as one
  bool first_alone = false;  // a page of one
};

// The keys come escaped (encoding-type=url), so that XML carries each of them.
BucketQuestion listing_request(const ListingWish& wish);

}  // namespace xget::remote
