#include "core/judge.hpp"

#include <algorithm>
#include <utility>

#include "base/defence.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "core/content_range.hpp"
#include "core/http_date.hpp"
#include "core/message_framing.hpp"

namespace xget::core {
namespace {

Failure failure(FailureKind kind, const ResponseHead& head, std::string cause) {
  return {.kind = kind,
          .number = head.status,
          .cause = std::move(cause),
          .retry_after = std::nullopt,
          .offered = std::nullopt};
}

bool is_coded(const ResponseHead& head) {
  const auto codings = head.find_all("Content-Encoding");
  return std::any_of(codings.begin(), codings.end(), [](std::string_view coding) {
    return !trim(coding).empty() && !equals_ignoring_case(trim(coding), "identity");
  });
}

Representation describe(const ResponseHead& head, std::optional<std::uint64_t> size, bool ranges) {
  const auto type = head.find("Content-Type");
  return {.size = size,
          .validators = read_validators(head),
          .ranges = ranges,
          .content_type = type ? lower_case(trim(type->substr(0, type->find(';')))) : ""};
}

// Empty if the offered version may be the expected one.
std::optional<Failure> check_version(const ResponseHead& head, const Question& question,
                                     const Representation& offered) {
  if (!question.expected) return std::nullopt;
  const Representation& known = *question.expected;
  const bool sizes_known = known.size && offered.size;
  if (defence_on(Defence::RangeTotal) && sizes_known && *known.size != *offered.size) {
    Failure other = failure(FailureKind::OtherVersion, head,
                            "its size is " + std::to_string(*offered.size) + " bytes now, it was " +
                                std::to_string(*known.size));
    other.offered = offered;
    return other;
  }
  if (!defence_on(Defence::Validator)) return std::nullopt;
  const VersionMatch match = compare_versions(known.validators, offered.validators);
  if (match == VersionMatch::Different) {
    Failure other = failure(FailureKind::OtherVersion, head, "its validator is another one now");
    other.offered = offered;
    return other;
  }
  const bool silent = known.validators.any() && !offered.validators.any();
  if (match == VersionMatch::Unproven && (known.validators.strong() || silent)) {
    return failure(FailureKind::BadRange, head,
                   "the response lacks the validator that earlier ones had");
  }
  return std::nullopt;
}

// Also a version that may be the expected one is of no use where the resource is another one.
std::optional<Failure> check_size(const ResponseHead& head, const Question& question,
                                  const Representation& offered) {
  if (!question.size || !offered.size || *question.size == *offered.size) return std::nullopt;
  return failure(FailureKind::WrongSize, head, wrong_size(*offered.size, *question.size));
}

std::optional<Failure> check_offer(const ResponseHead& head, const Question& question,
                                   const Representation& offered) {
  auto mismatch = check_version(head, question, offered);
  return mismatch ? mismatch : check_size(head, question, offered);
}

Judgement judge_206(const ResponseHead& head, const Question& question) {
  if (!question.ranged) {
    return failure(FailureKind::BadResponse, head, "a partial response that was not asked for");
  }
  const auto type = head.find("Content-Type");
  if (type && lower_case(trim(*type)).starts_with("multipart/byteranges")) {
    return failure(FailureKind::BadRange, head, "a multipart answer to a single range");
  }
  if (defence_on(Defence::ContentCoding) && is_coded(head)) {
    return failure(FailureKind::Coded, head, "a coded body, though none was asked for");
  }
  const auto lines = head.find_all("Content-Range");
  const auto content_range = lines.size() == 1 ? parse_content_range(lines[0]) : std::nullopt;
  if (!content_range || !content_range->range) {
    return failure(FailureKind::BadRange, head,
                   lines.empty() ? "a 206 without Content-Range" : "a nonsensical Content-Range");
  }
  const ByteRange granted = *content_range->range;
  if (defence_on(Defence::RangeStart) && granted.begin != question.range.begin) {
    return failure(FailureKind::BadRange, head,
                   "the range begins at " + std::to_string(granted.begin) + ", asked was " +
                       std::to_string(question.range.begin));
  }
  const MessageFraming framing = framing_of(head);
  if (framing.trouble != nullptr) return failure(FailureKind::BadResponse, head, framing.trouble);
  if (framing.length && *framing.length != granted.length()) {
    return failure(FailureKind::BadResponse, head, "Content-Length contradicts Content-Range");
  }
  const Representation offered = describe(head, content_range->total, true);
  if (auto mismatch = check_offer(head, question, offered)) return *std::move(mismatch);
  const std::optional<std::uint64_t> known =
      question.expected ? question.expected->size : std::nullopt;
  if (!offered.size && !known) {
    return failure(FailureKind::NoRanges, head, "ranges of an unknown total size");
  }
  // A total that is named bounds the range already; "/*" does not.
  if (known && granted.end > *known) {
    return failure(FailureKind::BadRange, head,
                   "the range ends at " + std::to_string(granted.end) + ", past the size of " +
                       std::to_string(*known));
  }
  return Usable{.representation = offered,
                // Not the server's begin: a range is written where it was asked for or not at all.
                .granted = {question.range.begin, question.range.begin + granted.length()},
                .whole = false};
}

Judgement judge_whole(const ResponseHead& head, const Question& question) {
  if (defence_on(Defence::ContentCoding) && is_coded(head)) {
    return failure(FailureKind::Coded, head, "a coded body, though none was asked for");
  }
  const MessageFraming framing = framing_of(head);
  if (framing.trouble != nullptr) return failure(FailureKind::BadResponse, head, framing.trouble);
  const Representation offered = describe(head, framing.length, false);
  if (auto mismatch = check_offer(head, question, offered)) return *std::move(mismatch);
  if (question.range.begin != 0 && defence_on(Defence::WholeIsNotRange)) {
    return failure(FailureKind::NoRanges, head, "the whole file as the answer to a range");
  }
  const std::uint64_t begin = question.range.begin;  // 0, or the defence is off
  return Usable{.representation = offered,
                .granted = {begin, offered.size ? begin + *offered.size : kUnknownEnd},
                .whole = true};
}

// 416 (RFC 9110 section 15.5.17): an empty file, a shorter file, or a server that dislikes ranges.
Judgement judge_unsatisfiable(const ResponseHead& head, const Question& question) {
  const auto value = head.find("Content-Range");
  const auto content_range = value ? parse_content_range(*value) : std::nullopt;
  const auto total = content_range ? content_range->total : std::nullopt;
  if (question.range.begin == 0) {
    return failure(FailureKind::NoRanges, head, "the server refuses a range from the start");
  }
  Failure refused = failure(FailureKind::Unsatisfiable, head,
                            total ? "the file ends at " + std::to_string(*total) + " bytes"
                                  : "the server has no such range");
  if (total) refused.offered = describe(head, total, true);
  return refused;
}

Judgement judge_redirect(const ResponseHead& head) {
  const auto location = head.find("Location");
  if (!location || trim(*location).empty()) {
    return failure(FailureKind::BadRedirect, head, "a redirect without a Location");
  }
  return Redirect{std::string(trim(*location))};
}

Judgement judge_not_sent(const ResponseHead& head, const Question& question) {
  if (!question.unless) {
    return failure(FailureKind::BadResponse, head, "HTTP status 304 is no answer to a download");
  }
  Validators named = read_validators(head);
  named.resource = question.unless->resource;
  // A 304 repeats the ETag (RFC 9110 section 15.4.5); one that has another is a cache's mistake.
  if (compare_versions(*question.unless, named) == VersionMatch::Different) {
    return failure(FailureKind::OtherVersion, head, "it is called unchanged, by another validator");
  }
  return Unchanged{};
}

std::string in_words(const ResponseHead& head, std::string_view usual) {
  std::string text = "HTTP status " + std::to_string(head.status);
  if (!head.meaning.empty()) return text + " (" + head.meaning + ")";
  return usual.empty() ? text : text + " (" + std::string(usual) + ")";
}

Failure judge_client_error(const ResponseHead& head, const Question& question) {
  const std::string status = in_words(head, "");
  switch (head.status) {
    case 400:
    case 405:
    case 406:
    case 501:
      if (question.ranged) return failure(FailureKind::NoRanges, head, status + " to a range");
      return failure(FailureKind::NotFound, head, status);
    case 401: return failure(FailureKind::Denied, head, in_words(head, "credentials needed"));
    case 403: return failure(FailureKind::Denied, head, in_words(head, "forbidden"));
    case 404: return failure(FailureKind::NotFound, head, in_words(head, "not found"));
    case 407:
      return failure(FailureKind::ProxyDenied, head, in_words(head, "the proxy wants credentials"));
    case 410: return failure(FailureKind::NotFound, head, in_words(head, "gone"));
    case 412:  // RFC 9110 section 15.5.13: it is not the version that If-Match names
      return failure(FailureKind::OtherVersion, head, in_words(head, "another version by now"));
    case 408:
    case 421:
    case 425: return failure(FailureKind::ServerError, head, status);
    default: return failure(FailureKind::NotFound, head, status);
  }
}

Failure judge_busy(const ResponseHead& head, WallTime now) {
  Failure busy = failure(FailureKind::Busy, head, in_words(head, "the server is busy"));
  if (const auto value = head.find("Retry-After")) {
    busy.retry_after = parse_retry_after(*value, now);
  }
  return busy;
}

}  // namespace

Judgement judge(const ResponseHead& head, const Question& question, WallTime now) {
  switch (head.status) {
    case 206: return judge_206(head, question);
    case 200: return judge_whole(head, question);
    case 416: return judge_unsatisfiable(head, question);
    case 304: return judge_not_sent(head, question);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return judge_redirect(head);
    case 429:
    case 503: return judge_busy(head, now);
    case 501: return judge_client_error(head, question);
    default: break;
  }
  if (head.status >= 400 && head.status < 500) return judge_client_error(head, question);
  if (head.status >= 500 && head.status < 600) {
    return failure(FailureKind::ServerError, head, in_words(head, ""));
  }
  return failure(FailureKind::BadResponse, head,
                 "HTTP status " + std::to_string(head.status) + " is no answer to a download");
}

}  // namespace xget::core
