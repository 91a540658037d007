// What an object store says when it refuses: the Error document of S3 and OSS, and the one that
// their token services wrap around it. What each means for the work is decided here alone; what it
// teaches of the region and the clock, second_try.hpp knows. Thread: any; pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/error-responses
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "xget/error.hpp"

namespace xget::remote {

// As the store wrote it, so not to be trusted; a text that it did not send is empty, and after a
// HEAD request all of them are.
struct StoreError {
  std::string code;           // "NoSuchKey"
  std::string region;         // S3: where the bucket is
  std::string endpoint;       // the host's name that would serve it; never asked by that name
  std::string message;        // for people
  std::string request_id;     // what the store's support asks for
  std::string storage_class;  // S3: of an object that is archived
};

// What to do about a refusal.
enum class StoreTrouble {
  TryAgain,        // the store's own trouble, for now
  SlowDown,        // likewise, and it asks for fewer requests
  OtherRegion,     // the bucket is elsewhere (other_region)
  OtherTime,       // the clocks differ too much for signatures (clock_correction)
  NewCredentials,  // the temporary ones are past their end
  Denied,          // these credentials, or none, may not do that
  NoBucket,
  NoKey,
  BucketTaken,     // somebody has a bucket of that name
  BucketOwned,     // likewise, and it is whoever asks
  BucketNotEmpty,  // it can't be deleted
  NoUpload,        // the multipart upload is finished, aborted or never was
  WrongPart,       // the upload's parts are not those that it was told of
  WrongBytes,      // what arrived does not have the digest that was sent with it
  TooSmall,        // a part but the last is smaller than the store takes
  Condition,       // If-Match and the like did not hold: somebody else changed the key
  Conflict,        // something else is done to the key or the bucket just now
  Final            // anything else: the same request will never do
};

// By the code, and where that is unknown or missing by the HTTP status (200: an error within a
// success).
StoreTrouble trouble_of(const StoreError& error, int status);

// Whether the same request may go better later.
bool may_pass(StoreTrouble trouble);

// The body of a refusal. Never fails: a body that is no whole Error document (a proxy's page, or
// none at all) says nothing.
StoreError parse_store_error(std::string_view body);

// "put s3://b/k: AccessDenied (Access Denied; request 4442587FB7D0A2F9)", or "HTTP status 403"
// where there is no code. Network where it may pass, Refused otherwise; `number` is the status.
Error describe(const StoreError& error, int status, std::string operation, std::string subject);

// Why an answer is of no use: the store's own refusal, which comes within a 200 too, or an answer
// that cannot be read (`said` is empty then).
struct AnswerFailure {
  Error error;
  std::optional<StoreError> said;
};

template <typename T>
using Answer = tl::expected<T, AnswerFailure>;

}  // namespace xget::remote
