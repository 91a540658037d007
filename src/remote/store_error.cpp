#include "remote/store_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "remote/answer_reader.hpp"

namespace xget::remote {
namespace {

struct KnownCode {
  std::string_view code;
  StoreTrouble trouble;
};

constexpr std::array kKnownCodes = std::to_array<KnownCode>({
    {"InternalError", StoreTrouble::TryAgain},
    {"ServiceUnavailable", StoreTrouble::SlowDown},
    {"RequestTimeout", StoreTrouble::TryAgain},
    {"RequestTimeoutException", StoreTrouble::TryAgain},
    {"IncompleteBody", StoreTrouble::TryAgain},
    {"InternalServerError", StoreTrouble::TryAgain},
    {"IDPCommunicationError", StoreTrouble::TryAgain},
    {"SlowDown", StoreTrouble::SlowDown},
    {"SlowDownRead", StoreTrouble::SlowDown},
    {"SlowDownWrite", StoreTrouble::SlowDown},
    {"Throttling", StoreTrouble::SlowDown},
    {"ThrottlingException", StoreTrouble::SlowDown},
    {"RequestLimitExceeded", StoreTrouble::SlowDown},
    {"TooManyRequests", StoreTrouble::SlowDown},
    {"QpsLimitExceeded", StoreTrouble::SlowDown},
    {"DownloadTrafficRateLimitExceeded", StoreTrouble::SlowDown},
    {"UploadTrafficRateLimitExceeded", StoreTrouble::SlowDown},
    {"PermanentRedirect", StoreTrouble::OtherRegion},
    {"TemporaryRedirect", StoreTrouble::OtherRegion},
    {"Redirect", StoreTrouble::OtherRegion},
    {"AuthorizationHeaderMalformed", StoreTrouble::OtherRegion},
    {"IllegalLocationConstraintException", StoreTrouble::OtherRegion},
    {"InvalidBucketLocation", StoreTrouble::OtherRegion},
    {"RequestTimeTooSkewed", StoreTrouble::OtherTime},
    {"RequestExpired", StoreTrouble::OtherTime},
    {"ExpiredToken", StoreTrouble::NewCredentials},
    {"ExpiredTokenException", StoreTrouble::NewCredentials},
    {"TokenRefreshRequired", StoreTrouble::NewCredentials},
    {"SecurityTokenExpired", StoreTrouble::NewCredentials},
    {"InvalidSecurityToken.Expired", StoreTrouble::NewCredentials},
    {"AccessDenied", StoreTrouble::Denied},
    {"AllAccessDisabled", StoreTrouble::Denied},
    {"InvalidAccessKeyId", StoreTrouble::Denied},
    {"InvalidToken", StoreTrouble::Denied},
    {"InvalidSecurityToken", StoreTrouble::Denied},
    {"SecurityTokenNotSupported", StoreTrouble::Denied},
    {"SignatureDoesNotMatch", StoreTrouble::Denied},
    {"NoSuchBucket", StoreTrouble::NoBucket},
    {"BucketAlreadyExists", StoreTrouble::BucketTaken},
    {"BucketAlreadyOwnedByYou", StoreTrouble::BucketOwned},
    {"BucketNotEmpty", StoreTrouble::BucketNotEmpty},
    {"NoSuchKey", StoreTrouble::NoKey},
    {"NotFound", StoreTrouble::NoKey},
    {"NoSuchVersion", StoreTrouble::NoKey},
    {"SymlinkTargetNotExist", StoreTrouble::NoKey},
    {"NoSuchUpload", StoreTrouble::NoUpload},
    {"InvalidPart", StoreTrouble::WrongPart},
    {"InvalidPartOrder", StoreTrouble::WrongPart},
    {"BadDigest", StoreTrouble::WrongBytes},
    {"InvalidDigest", StoreTrouble::WrongBytes},
    {"XAmzContentChecksumMismatch", StoreTrouble::WrongBytes},
    {"XAmzContentSHA256Mismatch", StoreTrouble::WrongBytes},
    {"EntityTooSmall", StoreTrouble::TooSmall},
    {"PreconditionFailed", StoreTrouble::Condition},
    {"FileAlreadyExists", StoreTrouble::Condition},
    {"NotImplemented", StoreTrouble::Final},
    {"ConditionalRequestConflict", StoreTrouble::Conflict},
    {"OperationAborted", StoreTrouble::Conflict},
});

// What a HEAD's refusal can mean, which has no body.
StoreTrouble trouble_of_status(int status) {
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308: return StoreTrouble::OtherRegion;
    case 401:
    case 403: return StoreTrouble::Denied;
    case 404: return StoreTrouble::NoKey;
    case 408: return StoreTrouble::TryAgain;
    case 412: return StoreTrouble::Condition;
    case 429:
    case 503: return StoreTrouble::SlowDown;
    default: return status >= 500 ? StoreTrouble::TryAgain : StoreTrouble::Final;
  }
}

// An error's cause is one line.
std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text;
}

}  // namespace

AnswerForm error_form(StoreError& error) {
  AnswerForm form{"Error", "ErrorResponse"};
  form.one<StoreError>("", error,
                       {{"Code", &StoreError::code},
                        {"Message", &StoreError::message},
                        {"Region", &StoreError::region},
                        {"Endpoint", &StoreError::endpoint},
                        {"RequestId", &StoreError::request_id},
                        {"StorageClass", &StoreError::storage_class},
                        {"Error/Code", &StoreError::code},
                        {"Error/Message", &StoreError::message}});
  return form;
}

StoreTrouble trouble_of(const StoreError& error, int status) {
  const auto known = std::find_if(kKnownCodes.begin(), kKnownCodes.end(),
                                  [&](const KnownCode& each) { return each.code == error.code; });
  return known == kKnownCodes.end() ? trouble_of_status(status) : known->trouble;
}

bool may_pass(StoreTrouble trouble) {
  return trouble == StoreTrouble::TryAgain || trouble == StoreTrouble::SlowDown ||
         trouble == StoreTrouble::Conflict || trouble == StoreTrouble::WrongBytes;
}

StoreError parse_store_error(std::string_view body) {
  StoreError said;
  return read_answer(body, error_form(said)) ? said : StoreError{};
}

Error describe(const StoreError& error, int status, std::string operation, std::string subject) {
  std::string cause = error.code.empty() ? "HTTP status " + std::to_string(status) : error.code;
  std::string details = error.message;
  if (!error.request_id.empty()) {
    details += (details.empty() ? "request " : "; request ") + error.request_id;
  }
  if (!details.empty()) cause += " (" + details + ")";
  const bool passes = may_pass(trouble_of(error, status));
  return {.code = passes ? ErrorCode::Network : ErrorCode::Refused,
          .operation = std::move(operation),
          .subject = std::move(subject),
          .number = status,
          .cause = in_one_line(std::move(cause))};
}

}  // namespace xget::remote
