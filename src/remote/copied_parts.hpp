// CopiedParts: parts that the store itself copies from an object that it has, if that is still the
// version that was looked at.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
// Thread: loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "remote/customer_key.hpp"
#include "remote/object_url.hpp"
#include "remote/part_source.hpp"

namespace xget::remote {

struct CopiedVersion {
  ObjectUrl object;
  std::string version_id;  // empty: what is there
  std::uint64_t size = 0;
  std::string etag;  // as the store gave it; empty: none
  std::string md5;   // of all its bytes, 32 hexadecimal digits; empty: not known
  std::optional<CustomerKey> customer_key;  // which it is encrypted with
};

class CopiedParts final : public PartSource {
 public:
  CopiedParts(CopiedVersion version, core::Worker& worker);
  ~CopiedParts() override;
  CopiedParts(const CopiedParts&) = delete;
  CopiedParts& operator=(const CopiedParts&) = delete;

  void prepare(ByteRange range, Ready ready) override;
  [[nodiscard]] std::size_t most_at_once() const override { return 1; }

 private:
  [[nodiscard]] PartContent content_of(ByteRange range) const;

  const CopiedVersion version_;
  core::Worker& worker_;
  std::shared_ptr<bool> alive_;  // until callbacks are of no use any more
};

}  // namespace xget::remote
