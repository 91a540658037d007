// What a job says: its errors, notes, progress and on what its result rests.
#include <algorithm>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "engine/job.hpp"

namespace xget::engine {
namespace {

ErrorCode code_of(core::FailureKind kind) {
  using core::FailureKind;
  switch (kind) {
    case FailureKind::Resolve:
    case FailureKind::Connect:
    case FailureKind::CutShort:
    case FailureKind::Broken:
    case FailureKind::Stall:
    case FailureKind::Busy:
    case FailureKind::ServerError:
    case FailureKind::Tls:
    case FailureKind::Proxy:
    case FailureKind::BadResponse:
    case FailureKind::BadRange:
    case FailureKind::NoRanges: return ErrorCode::Network;
    case FailureKind::OtherVersion:
    case FailureKind::Unsatisfiable: return ErrorCode::Changed;
    case FailureKind::Expired:
    case FailureKind::NotFound:
    case FailureKind::Denied:
    case FailureKind::Coded:
    case FailureKind::BadRedirect:
    case FailureKind::Certificate:
    case FailureKind::Unusable:
    case FailureKind::TooLarge: return ErrorCode::Refused;
  }
  return ErrorCode::Internal;
}

std::string remedy_of(const core::Failure& failure) {
  using core::FailureKind;
  switch (failure.kind) {
    case FailureKind::Denied: return "give credentials with -u or -H, or check the URL";
    case FailureKind::NotFound: return "check the URL";
    case FailureKind::Certificate:
      return "check the host name, or give its authority with --cacert";
    case FailureKind::Coded: return "ask the server's owner to serve the file uncoded";
    case FailureKind::Expired: return "get a fresh URL; what is kept can go on from it";
    case FailureKind::TooLarge: return "raise --max-filesize";
    default: break;
  }
  if (failure.retry_after) {
    return "the server asks to come back in " + format_duration(*failure.retry_after);
  }
  return "";
}

}  // namespace

Error Job::error_of(const core::Failure& failure) const {
  return {.code = code_of(failure.kind),
          .operation = "download",
          .subject = source_->name(),
          .number = failure.number,
          .cause = failure.cause,
          .kept = "",
          .remedy = remedy_of(failure)};
}

Error Job::exists_error(std::string cause) const {
  return {.code = ErrorCode::Exists,
          .operation = "download to",
          .subject = settings_.path,
          .cause = std::move(cause),
          .kept = "",
          .remedy =
              "--overwrite replaces it, --no-overwrite leaves it, --resume compares it with "
              "the server's file and goes on from it"};
}

Error Job::changed_error(std::string cause) const {
  return {.code = ErrorCode::Changed,
          .operation = "download",
          .subject = source_->name(),
          .cause = std::move(cause),
          .kept = "",
          .remedy = destination_.stream ? "begin again"
                                        : "--on-change=restart begins again and keeps the old "
                                          "partial file until the new version is whole"};
}

std::optional<Error> Job::refuse(const core::Representation& offered) const {
  if (settings_.max_filesize && offered.size && *offered.size > *settings_.max_filesize) {
    return error_of(
        {.kind = core::FailureKind::TooLarge,
         .number = 0,
         .cause = "its size is " + format_size(*offered.size) + ", more than --max-filesize allows",
         .retry_after = std::nullopt,
         .offered = std::nullopt});
  }
  if (settings_.strict && !settings_.digest && !offered.validators.strong()) {
    return Error{.code = ErrorCode::NotProven,
                 .operation = "download",
                 .subject = source_->name(),
                 .cause = "the server sends no strong validator and no digest is given",
                 .kept = "",
                 .remedy = "give a --checksum, or leave out --strict"};
  }
  return std::nullopt;
}

// All is written: is it as long as it should be, and does anything show where it ends?
std::optional<Error> Job::refuse_end() const {
  const auto known = representation_->size;
  if (known && *known != size_ && defence_on(Defence::BodyLength)) {
    return Error{.code = ErrorCode::Network,
                 .operation = "download",
                 .subject = source_->name(),
                 .cause = "the server sent " + std::to_string(size_) + " bytes of " +
                          std::to_string(*known)};
  }
  if (settings_.strict && !settings_.digest && !transfer_->end_proven()) {
    return Error{.code = ErrorCode::NotProven,
                 .operation = "download",
                 .subject = source_->name(),
                 .cause = "the server names no length: nothing shows where the file ends",
                 .remedy = "give a --checksum, or leave out --strict"};
  }
  return std::nullopt;
}

std::string Job::kept() const {
  std::uint64_t bytes = 0;
  if (destination_.partial) {
    bytes = destination_.partial->durable_bytes();
  } else if (partial_ && partial_->sidecar) {
    bytes = partial_->sidecar->claimed().size();
  }
  if (bytes == 0) return "";
  std::string text = format_size(bytes);
  if (representation_ && representation_->size) {
    text += " of " + format_size(*representation_->size);
  }
  return text + " in " + target_->partial_path();
}

RangeSet Job::held() const {
  return destination_.partial ? destination_.partial->held()
         : transfer_          ? transfer_->arrived()
                              : stream_written_;
}

std::pair<Proof, std::string> Job::proof() const {
  if (settings_.digest) {
    return {Proof::Digest, std::string(to_string(settings_.digest->algorithm)) + " matches"};
  }
  if (!end_proven_) {
    return {Proof::None, "the server names no length, so nothing shows where the file ends"};
  }
  if (joined_unproven_) {
    return {Proof::None, "the part that was there before agrees in samples"};
  }
  const core::Validators& validators = representation_->validators;
  if (validators.strong()) {
    return {Proof::StrongValidator, validators.strong_etag.empty()
                                        ? "Last-Modified"
                                        : "ETag " + printable(validators.strong_etag)};
  }
  if (!resumed_ && responses_ == 1) return {Proof::OneResponse, "one whole response"};
  return {Proof::None, "the server sends no strong validator; sizes agree"};
}

// A later run must not take bytes for proven that only samples, or a digest that is not checked
// yet, tie to this version: its validators are recorded as weak ones.
core::Representation Job::to_record() const {
  core::Representation version = *representation_;
  if (joined_unproven_) {
    if (!version.validators.strong_etag.empty()) {
      version.validators.weak_etag = std::exchange(version.validators.strong_etag, "");
    }
    version.validators.last_modified_is_strong = false;
  }
  return version;
}

store::PartialSettings Job::partial_settings() const {
  const auto size = representation_->size;
  return {.preallocate = settings_.preallocate,
          .replace_existing = settings_.existing == Existing::Overwrite,
          .tiny = !resumed_ && size && *size <= kTinySize,
          .url = source_->name(),
          .digest = settings_.digest,
          .physical_memory = settings_.physical_memory};
}

void Job::note(std::string text) const { tell_(Note{settings_.id, std::move(text)}); }

void Job::tell_retry(const core::Failure& failure, Duration wait) const {
  log::info(source_->name() + ": " + failure.cause + "; again in " + format_duration(wait));
  tell_(Retrying{settings_.id, source_->name(), failure.cause,
                 std::chrono::ceil<Milliseconds>(wait)});
}

Progress Job::progress(Instant now) {
  const std::uint64_t received = received_ + (transfer_ ? transfer_->received_bytes() : 0);
  speed_.add(received - measured_, now);
  measured_ = received;
  return {.job = settings_.id,
          .held = transfer_ ? transfer_->arrived().size() : held().size(),
          .size = representation_ ? representation_->size : std::nullopt,
          .bytes_per_second = static_cast<std::uint64_t>(speed_.rate(now)),
          .connections = transfer_ ? transfer_->receiving() : 0,
          // Bytes that the rate limit holds back are no stall.
          .stalled_seconds =
              transfer_ && ports_.limit.open(now)
                  ? to_seconds(std::max(Duration::zero(), now - transfer_->last_byte_at()))
                  : 0};
}

}  // namespace xget::engine
