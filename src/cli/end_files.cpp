#include "cli/end_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "cli/event_json.hpp"
#include "cli/json_versions.hpp"
#include "cli/list_entry.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned int kForAll = 0666;
constexpr unsigned int kForMe = 0600;  // a list may hold logins

}  // namespace

EndFiles::EndFiles(Output report, Output failed, JobSpec common)
    : report_(std::move(report)), failed_(std::move(failed)), common_(std::move(common)) {}

Result<EndFiles> EndFiles::create(const EndFileNames& names, const JobSpec& common) {
  auto report = open("--report", names.report, kForAll);
  if (!report) return fail(std::move(report.error()));
  auto failed = open("--failed", names.failed, kForMe);
  if (!failed) return fail(std::move(failed.error()));
  return EndFiles(*std::move(report), *std::move(failed), common);
}

Result<EndFiles::Output> EndFiles::open(const char* option, const std::string& name,
                                        unsigned int mode) {
  Output output;
  if (name.empty()) return output;
  output.name = output.target = name;
  std::error_code error;
  const fs::file_status status = fs::status(name, error);
  if (fs::is_regular_file(status) || !fs::exists(status)) {
    const fs::path whole = fs::weakly_canonical(name, error);
    if (!error) output.target = whole.string();
    output.draft = output.target + ".new";
  }
  const std::string& written = output.draft.empty() ? output.target : output.draft;
  const int descriptor = uninterrupted([&] {
    return ::open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, mode);
  });
  output.file.reset(descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
  if (!output.file) {
    const int why = errno;
    output.draft.clear();
    return refuse_usage(option, name + " cannot be written: " + std::strerror(why));
  }
  return output;
}

EndFiles::Output::~Output() {
  if (file && !draft.empty()) ::unlink(draft.c_str());
}

// What cannot be written now is found when the file is closed. A kill must not lose it.
void EndFiles::write(const Output& output, const std::string& line) {
  if (!output.file) return;
  std::fputs((line + "\n").c_str(), output.file.get());
  std::fflush(output.file.get());
}

Result<void> EndFiles::close(Output& output) {
  if (!output.file) return {};
  const bool broken = std::ferror(output.file.get()) != 0;
  const bool whole = std::fclose(output.file.release()) == 0 && !broken;
  if (whole && output.draft.empty()) return {};
  if (whole && ::rename(output.draft.c_str(), output.target.c_str()) == 0) return {};
  const std::string cause = std::strerror(errno);
  return fail({.code = ErrorCode::Disk,
               .operation = "write",
               .subject = printable(output.draft.empty() ? output.name : output.draft),
               .number = errno,
               .cause = "it is incomplete: " + cause});
}

Result<void> EndFiles::end() {
  auto reported = close(report_);
  auto listed = close(failed_);
  return reported ? listed : reported;
}

void EndFiles::on_event(const Event& event, const Ended& ended, Duration now) {
  if (const auto* read = std::get_if<MetalinkRead>(&event)) {
    for (const JobId file : read->files) begun_[file].asked = read->name;
  } else if (const auto* probed = std::get_if<Probed>(&event)) {
    Begun& begun = begun_[probed->job];
    begun.source = probed->url;
    if (!begun.at) begun.at = now;
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    report(*finished, ended.job.get(), now);
    begun_.erase(finished->job);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    report(*failed, ended.job.get());
    begun_.erase(failed->job);
    list_failed(*failed, ended);
  }
}

// An entry that cannot be read stands there as it was, to be corrected.
void EndFiles::list_failed(const Failed& failed, const Ended& ended) {
  if (ended.job) return write(failed_, list_entry(*ended.job, common_));
  std::string text = "# " + to_string(failed.error);
  if (!ended.lines.empty()) text += "\n" + ended.lines.substr(0, ended.lines.size() - 1);
  write(failed_, text);
}

JsonObject EndFiles::begin_line(const char* state, const JobSpec* job, const Begun& begun) {
  JsonObject line;
  line.with("v", kReportVersion).with("state", state);
  const std::string asked = job != nullptr ? hide_url_secrets(job->url).text : begun.asked;
  if (!asked.empty()) line.with("url", asked);
  if (!begun.source.empty()) line.with("source", begun.source);
  return line;
}

void EndFiles::report(const Finished& finished, const JobSpec* job, Duration now) {
  if (!report_.file) return;
  const Begun begun = begun_[finished.job];
  const char* state = finished.not_modified       ? "not-modified"
                      : finished.already_complete ? "already-complete"
                                                  : "finished";
  JsonObject line = begin_line(state, job, begun);
  line.with("path", finished.path).with("size", finished.size).with("received", finished.received);
  if (begun.at) {
    const double seconds = to_seconds(now - *begun.at);
    line.with("seconds", seconds);
    if (seconds > 0) {
      line.with("bytes_per_second",
                static_cast<std::uint64_t>(static_cast<double>(finished.received) / seconds));
    }
  }
  if (!finished.digest.empty()) line.with("digest", finished.digest);
  line.with("proof", proof_name(finished.proof)).with("rests_on", finished.rests_on);
  if (finished.made_from) {
    line.with("made_from", finished.made_from->path)
        .with("made_as", made_as_name(finished.made_from));
  }
  write(report_, line.text());
}

void EndFiles::report(const Failed& failed, const JobSpec* job) {
  if (!report_.file) return;
  JsonObject line = begin_line("failed", job, begun_[failed.job]);
  const Error& error = failed.error;
  line.with("path", failed.path)
      .with("code", to_string(error.code))
      .with("error", to_string(error))
      .with("kept", error.kept)
      .with("remedy", error.remedy);
  write(report_, line.text());
}

}  // namespace xget::cli
