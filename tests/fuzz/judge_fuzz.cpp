// The judge over sequences of responses: whatever heads a server makes up, what is accepted begins
// where it was asked to, stays within the size, is not coded and is one version.
//
// The input is lines. The first is the question: begin, end ("-": open), and flags out of
// p (plain: no range was asked for), s (the size 1000 is known), e (a strong ETag "v" is known).
// Each response that follows is a line with its status, header lines, and an empty line. The first
// response that is accepted becomes what the later ones must agree with.
#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "core/judge.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::FuzzInput;
using fuzz::require;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

std::string_view next_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

core::Question read_question(FuzzInput& input) {
  std::string_view line = input.line();
  core::Question question;
  question.range.begin = parse_u64(next_word(line)).value_or(0);
  question.range.end = parse_u64(next_word(line)).value_or(kUnknownEnd);
  // Nobody asks for an empty range, and one without a Range header is for everything.
  if (question.range.empty()) question.range.end = kUnknownEnd;
  if (question.range.begin == kUnknownEnd) question.range.begin = 0;
  question.ranged = line.find('p') == std::string_view::npos;
  if (!question.ranged) question.range = {0, kUnknownEnd};
  core::Representation known;
  if (line.find('s') != std::string_view::npos) known.size = 1000;
  if (line.find('e') != std::string_view::npos) known.validators.strong_etag = "\"v\"";
  if (line.find('t') != std::string_view::npos) question.size = 1000;
  if (known.size || known.validators.any()) question.expected = known;
  return question;
}

core::ResponseHead read_head(FuzzInput& input) {
  core::ResponseHead head;
  const auto status = parse_u64(input.line());
  head.status = static_cast<int>(std::min<std::uint64_t>(status.value_or(206), 999));
  for (auto line = input.line(); !line.empty(); line = input.line()) {
    const auto colon = std::min(line.find(':'), line.size());
    const auto value = line.substr(std::min(colon + 1, line.size()));
    head.headers.push_back({std::string(trim(line.substr(0, colon))), std::string(trim(value))});
  }
  return head;
}

bool coded(const core::ResponseHead& head) {
  const auto codings = head.find_all("Content-Encoding");
  return std::any_of(codings.begin(), codings.end(), [](std::string_view coding) {
    return !coding.empty() && !equals_ignoring_case(coding, "identity");
  });
}

void check_version(const core::Representation& known, const core::Usable& usable) {
  const core::Representation& offered = usable.representation;
  if (known.size) {
    require(!offered.size || *offered.size == *known.size, "the size is the one known before");
    require(usable.granted.end == kUnknownEnd || usable.granted.end <= *known.size,
            "what is accepted ends within the size known before");
  }
  if (!known.validators.strong_etag.empty()) {
    require(offered.validators.strong_etag == known.validators.strong_etag,
            "under a strong ETag only that ETag is accepted");
  }
  require(
      core::compare_versions(known.validators, offered.validators) != core::VersionMatch::Different,
      "a version that is seen to be another is refused");
}

void check_usable(const core::ResponseHead& head, const core::Question& question,
                  const core::Usable& usable) {
  require(head.status == 200 || head.status == 206, "only a 200 or a 206 carries the file");
  require(usable.whole == (head.status == 200), "a 200 is the whole, a 206 is not");
  require(question.ranged || usable.whole, "no part is accepted where none was asked for");
  require(usable.granted.begin == question.range.begin, "it begins where it was asked to");
  require(usable.granted.begin <= usable.granted.end, "it does not end before it begins");
  require(usable.whole || !usable.granted.empty(), "a part holds at least one byte");
  require(!coded(head), "a coded body is refused");
  if (usable.representation.size && usable.granted.end != kUnknownEnd) {
    require(usable.granted.end <= *usable.representation.size, "it ends within its size");
  }
  if (!usable.whole) {
    require(head.find_all("Content-Range").size() == 1, "a part says once which one it is");
    require(usable.granted.end != kUnknownEnd, "a part has an end");
  }
  if (question.expected) check_version(*question.expected, usable);
  const auto& size = usable.representation.size;
  require(!question.size || !size || *question.size == *size, "another resource is refused");
}

void check_failure(const core::Failure& failure) {
  require(!failure.cause.empty(), "a refusal says why");
  require(printable(failure.cause) == failure.cause, "a cause can be printed");
  require(!failure.retry_after || *failure.retry_after >= Duration::zero(), "no wait is negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  core::Question question = read_question(input);
  while (!input.empty()) {
    const core::ResponseHead head = read_head(input);
    const core::Judgement judgement = core::judge(head, question, kNow);
    if (const auto* usable = std::get_if<core::Usable>(&judgement)) {
      check_usable(head, question, *usable);
      if (!question.expected) question.expected = usable->representation;
    } else if (const auto* redirect = std::get_if<core::Redirect>(&judgement)) {
      require(head.status > 300 && head.status < 309, "only a 3xx leads elsewhere");
      require(!trim(redirect->location).empty(), "a redirect leads somewhere");
    } else {
      check_failure(std::get<core::Failure>(judgement));
    }
  }
  return 0;
}
