#include "cli/verify_verb.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_range.hpp"
#include "base/json_object.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/environment.hpp"
#include "cli/json_versions.hpp"
#include "cli/output.hpp"
#include "cli/usage_error.hpp"
#include "cli/verb_settings.hpp"
#include "cli/verb_words.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kMostRangesShown = 8;

const char* word_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds: return "holds";
    case Verdict::Wrong: return "wrong";
    case Verdict::Unproven: break;
  }
  return "unproven";
}

std::uint64_t bytes_in(const std::vector<FileRange>& ranges) {
  std::uint64_t bytes = 0;
  for (const FileRange& range : ranges) bytes += range.end - range.begin;
  return bytes;
}

std::vector<ByteRange> byte_ranges(const std::vector<FileRange>& ranges) {
  std::vector<ByteRange> all;
  all.reserve(ranges.size());
  for (const FileRange& range : ranges) all.push_back({range.begin, range.end});
  return all;
}

std::string wrong_ranges_text(const std::vector<FileRange>& ranges) {
  std::string text;
  const std::size_t shown = std::min(ranges.size(), kMostRangesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    text += "  wrong: bytes " + std::to_string(ranges[i].begin) + "-" +
            std::to_string(ranges[i].end - 1) + "\n";
  }
  if (shown == ranges.size()) return text;
  return text + "  and " + std::to_string(ranges.size() - shown) +
         " more such ranges (--json lists them)\n";
}

std::string amount_text(const Verification& verification) {
  if (!verification.partial) return format_size(verification.size);
  return format_size(bytes_in(verification.good)) + " of " + format_size(verification.size);
}

JsonObject json_head(const std::string& file, const char* verdict) {
  JsonObject object;
  object.with("v", kVerificationVersion).with("file", file).with("verdict", verdict);
  return object;
}

Result<VerifySpec> spec_of(const VerbWords& words) {
  VerifySpec spec;
  const auto take = [&](const char* name, std::string& into) {
    if (const auto given = words.options.find(name); given != words.options.end()) {
      into = given->second;
    }
  };
  take("checksum", spec.checksum);
  take("checksum-file", spec.checksum_file);
  take("pieces", spec.pieces);
  if (words.operands.empty()) return refuse_usage("", "xget verify needs a FILE");
  if (words.operands.size() > 1 && !spec.checksum.empty()) {
    return refuse_usage("--checksum", "is of one file, and several are given",
                        "--checksum-file takes a list of all");
  }
  auto folder = checkpoint_folder(words);
  if (!folder) return fail(std::move(folder.error()));
  spec.checkpoint_folder = *std::move(folder);
  spec.state_folder = state_folder(own_environment());
  return spec;
}

// Each is told as soon as it is known: a file may take its time.
ExitCode verify_each(VerifySpec spec, const std::vector<std::string>& files, bool json) {
  ExitCode outcome = ExitCode::Success;
  for (const std::string& file : files) {
    spec.path = file;
    const auto verification = verify(spec);
    const ExitCode code =
        verification ? exit_code_of(verification->verdict) : report_failure(verification.error());
    std::string text;
    if (verification)
      text = json ? verification_json(*verification) : verification_text(*verification);
    if (!verification && json) text = verification_json(file, verification.error());
    const ExitCode printed = print_to_standard_output(text);
    outcome = first_failure({outcome, code, printed});
    if (printed != ExitCode::Success) break;
  }
  return outcome;
}

}  // namespace

std::string verification_text(const Verification& verification) {
  const std::string begin = printable(verification.file) + ": ";
  const std::string cause = printable(verification.cause) + "\n";
  switch (verification.verdict) {
    case Verdict::Holds:
      return begin + amount_text(verification) + " hold, by " + printable(verification.against) +
             "\n";
    case Verdict::Wrong: return begin + "WRONG: " + cause + wrong_ranges_text(verification.wrong);
    case Verdict::Unproven: break;
  }
  return begin + "not proven: " + cause;
}

std::string verification_json(const Verification& verification) {
  const std::vector<ByteRange> good = byte_ranges(verification.good);
  const std::vector<ByteRange> wrong = byte_ranges(verification.wrong);
  return json_head(verification.file, word_for(verification.verdict))
             .with("partial", verification.partial)
             .with("size", verification.size)
             .with("against", verification.against)
             .with("cause", verification.cause)
             .with("good", std::span(good))
             .with("wrong", std::span(wrong))
             .text() +
         "\n";
}

std::string verification_json(const std::string& file, const Error& error) {
  return json_head(file, "error").with("cause", to_string(error)).text() + "\n";
}

ExitCode exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds: return ExitCode::Success;
    case Verdict::Wrong: return ExitCode::Checksum;
    case Verdict::Unproven: break;
  }
  return ExitCode::NotProven;
}

ExitCode verify_files(const CommandLine& line) {
  const auto words = read_verb_words(*verb_named("verify"), std::span(line.words).subspan(1));
  if (!words) return report_failure(words.error());
  auto spec = spec_of(*words);
  if (!spec) return report_failure(spec.error());
  return verify_each(*std::move(spec), words->operands, words->has("json"));
}

}  // namespace xget::cli
