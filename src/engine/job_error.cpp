#include "engine/job_error.hpp"

#include <utility>

#include "base/units.hpp"

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
    case FailureKind::Unsatisfiable:
    case FailureKind::WrongSize: return ErrorCode::Changed;
    case FailureKind::NotFound:
    case FailureKind::Denied:
    case FailureKind::Coded:
    case FailureKind::BadRedirect:
    case FailureKind::ProxyDenied:
    case FailureKind::Certificate:
    case FailureKind::WrongKey:
    case FailureKind::Unusable:
    case FailureKind::TooLarge: return ErrorCode::Refused;
  }
  return ErrorCode::Internal;
}

std::string remedy_of(const core::Failure& failure, Served served) {
  using core::FailureKind;
  const bool refused = failure.kind == FailureKind::Denied || failure.kind == FailureKind::NotFound;
  if (refused && served == Served::Before) {
    return "the URL may have expired: a fresh one goes on from what is kept";
  }
  switch (failure.kind) {
    case FailureKind::Resolve: return "check the host";
    case FailureKind::Stall:
      return "a longer --stall-timeout waits longer for what the server sends";
    case FailureKind::Proxy: return "check --proxy, or the proxy in the environment";
    case FailureKind::BadResponse: return "check the URL";
    case FailureKind::Denied: return "give credentials with -u or -H, or check the URL";
    case FailureKind::NotFound: return "check the URL";
    case FailureKind::Certificate:
      return "check the host name, or give its authority with --cacert";
    case FailureKind::WrongKey:
      return "check --pinnedpubkey: the server has another key now, or another answers for it";
    case FailureKind::Coded: return "ask the server's owner to serve the file uncoded";
    case FailureKind::ProxyDenied:
      return "give the proxy's user and password in --proxy or in the environment; for Negotiate a "
             "Kerberos ticket (kinit) does";
    case FailureKind::TooLarge: return "raise --max-filesize";
    case FailureKind::WrongSize: return "look for what describes the file as it is now";
    default: break;
  }
  if (failure.retry_after) {
    return "the server asks to come back in " + format_duration(*failure.retry_after);
  }
  return "";
}

const char* words_for(WayOn way_on) {
  switch (way_on) {
    case WayOn::None: break;
    case WayOn::Resume:
      return ", --resume goes on from it if it is a beginning of the server's file";
    case WayOn::Checksum: return ", --checksum proves it";
    case WayOn::ResumeOrChecksum:
      return ", --checksum proves it, --resume goes on from it if it is a beginning of the "
             "server's file";
  }
  return "";
}

}  // namespace

Error error_of(const core::Failure& failure, const std::string& subject, Served served) {
  return {.code = code_of(failure.kind),
          .operation = "download",
          .subject = subject,
          .number = failure.number,
          .cause = failure.cause,
          .kept = "",
          .remedy = remedy_of(failure, served)};
}

Error refresh_error(const core::Failure& refused, const std::string& subject, const Error& why) {
  return {.code = ErrorCode::Refused,
          .operation = "download",
          .subject = subject,
          .number = refused.number,
          .cause = refused.cause + ", and the refresh command gave no fresh URL: " + why.cause,
          .kept = "",
          .remedy = "mend the command of --refresh-command, or give a fresh URL"};
}

Error exists_error(const std::string& path, std::string cause, WayOn way_on) {
  return {
      .code = ErrorCode::Exists,
      .operation = "download to",
      .subject = path,
      .cause = std::move(cause),
      .kept = "",
      .remedy = std::string("--overwrite replaces it, --auto-rename gives this one another name, "
                            "--no-overwrite leaves it") +
                words_for(way_on)};
}

Error partial_of_other_url_error(const std::string& path, const std::string& recorded_url,
                                 const std::string& found) {
  return {.code = ErrorCode::Exists,
          .operation = "download to",
          .subject = path,
          .cause = "it is of " + recorded_url + ", and " + found,
          .kept = "",
          .remedy = "give this one another name (-o FILE), or drop what is there (--no-resume)"};
}

Error changed_error(const std::string& subject, std::string cause, bool restartable) {
  return {.code = ErrorCode::Changed,
          .operation = "download",
          .subject = subject,
          .cause = std::move(cause),
          .kept = "",
          .remedy = restartable ? "--on-change=restart begins again and keeps the old partial file "
                                  "until the new version is whole"
                                : "begin again"};
}

Error keeps_changing_error(const std::string& subject) {
  return {.code = ErrorCode::Changed,
          .operation = "download",
          .subject = subject,
          .cause = "it keeps changing on the server",
          .kept = "",
          .remedy = "try again later"};
}

Error wrong_piece_error(const std::string& subject, ByteRange piece, const std::string& publisher) {
  return {.code = ErrorCode::Checksum,
          .operation = "check the pieces of",
          .subject = subject,
          .cause = "bytes " + std::to_string(piece.begin) + "-" + std::to_string(piece.end - 1) +
                   " are not what " + publisher + " says, however often they are fetched",
          .kept = "",
          .remedy = "try another mirror, or check what " + publisher + " is of"};
}

void add_loss(Error& error, std::uint64_t bytes) {
  if (error.code != ErrorCode::Disk || bytes == 0) return;
  error.cause += ", so what arrived (" + format_size(bytes) + ") could not be recorded and is lost";
}

std::string checksum_remedy(Written written) {
  switch (written) {
    case Written::Away:
      return "check the digest that was given; what was written is not what it names";
    case Written::AsProven:
      return "check the digest that was given; --no-resume downloads the file again";
    case Written::OnSamples:
      return "of what was there before only samples were compared: --no-resume downloads the file "
             "again; else check the digest that was given";
  }
  return "";
}

Error not_proven_error(const std::string& subject, std::string operation, std::string cause) {
  return {.code = ErrorCode::NotProven,
          .operation = std::move(operation),
          .subject = subject,
          .cause = std::move(cause),
          .kept = "",
          .remedy = "give a --checksum, or leave out --strict"};
}

}  // namespace xget::engine
