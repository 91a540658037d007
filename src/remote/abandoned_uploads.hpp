// AbandonedUploads: aborts those uploads to a key that were begun without anybody hearing of it:
// the answer was lost, or whoever asked was killed before the id was on record.
//
//   list uploads → ( list parts → abort )
//
// Nothing in a store says whose an upload is. It counts as abandoned if it is of this very key, was
// begun since it was asked for, and has no part: none is sent before the id is on record. Where
// somebody else begins an upload to the same key in the same minutes, that one may have to begin
// again; it loses no byte. What cannot be listed or aborted is told and left.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
// Thread: loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "remote/store_client.hpp"
#include "remote/upload_answers.hpp"

namespace xget::remote {

struct AbandonedSearch {
  std::string key;
  std::string name;  // "s3://bucket/key", for messages
  WallTime since;    // when the first of them can have been begun, by the own clock
};

class AbandonedUploads {
 public:
  // `trouble`: what was left, and why; empty: nothing is.
  using Done = std::function<void(std::string trouble)>;

  // The client outlives it. Nothing is called once it is destroyed, which `done` may do.
  AbandonedUploads(AbandonedSearch search, std::shared_ptr<BucketAccess> bucket,
                   StoreClient& client, Done done);
  ~AbandonedUploads();
  AbandonedUploads(const AbandonedUploads&) = delete;
  AbandonedUploads& operator=(const AbandonedUploads&) = delete;

 private:
  using Then = void (AbandonedUploads::*)(StoreOutcome);
  void list();
  void on_listed(StoreOutcome outcome);
  void look_at_next();
  void on_parts(StoreOutcome outcome);
  void on_aborted(StoreOutcome outcome);
  void end(std::string trouble);
  void ask(const char* operation, core::Method method, std::vector<QueryParameter> query,
           Then then);
  [[nodiscard]] bool may_be_one(const ListedUpload& upload) const;

  const AbandonedSearch search_;
  const std::shared_ptr<BucketAccess> bucket_;
  StoreClient& client_;
  const Done done_;
  StoreClient::QuestionId question_ = 0;  // 0: nothing is asked
  UploadMarker from_;                     // the page's that was asked for last
  int pages_ = 0;
  std::vector<std::string> found_;  // ids; the last one is looked at
  std::string trouble_;
};

}  // namespace xget::remote
