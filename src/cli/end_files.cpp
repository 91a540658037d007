#include "cli/end_files.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
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
  if (name.empty()) return Output{};
  const int descriptor = uninterrupted(
      [&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode); });
  std::FILE* file = descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
  if (file == nullptr) {
    return refuse_usage(option, name + " cannot be written: " + std::strerror(errno));
  }
  return Output{name, std::unique_ptr<std::FILE, Close>(file)};
}

// What cannot be written now is found when the file is closed.
void EndFiles::write(const Output& output, const std::string& line) {
  if (output.file) std::fputs((line + "\n").c_str(), output.file.get());
}

Result<void> EndFiles::close(Output& output) {
  if (!output.file) return {};
  const bool broken = std::ferror(output.file.get()) != 0;
  if (std::fclose(output.file.release()) == 0 && !broken) return {};
  return fail({.code = ErrorCode::Disk,
               .operation = "write",
               .subject = printable(output.name),
               .number = errno,
               .cause = "it is incomplete: " + std::string(std::strerror(errno))});
}

Result<void> EndFiles::end() {
  auto reported = close(report_);
  auto listed = close(failed_);
  return reported ? listed : reported;
}

void EndFiles::on_event(const Event& event, const JobSpec* job, Duration now) {
  if (const auto* read = std::get_if<MetalinkRead>(&event)) {
    for (const JobId file : read->files) begun_[file].asked = read->name;
  } else if (const auto* probed = std::get_if<Probed>(&event)) {
    Begun& begun = begun_[probed->job];
    begun.source = probed->url;
    if (!begun.at) begun.at = now;
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    report(*finished, job, now);
    begun_.erase(finished->job);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    report(*failed, job);
    begun_.erase(failed->job);
    if (job != nullptr) {
      write(failed_, list_entry(*job, common_));
    } else {
      write(failed_, "# " + to_string(failed->error));
    }
  }
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
  JsonObject line =
      begin_line(finished.already_complete ? "already-complete" : "finished", job, begun);
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
