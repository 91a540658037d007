#include "cli/doctor_verb.hpp"

#include <unistd.h>

#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "cli/doctor_findings.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

// Nobody waits here for a server to come back.
constexpr int kRetries = 1;

// Says each finding as soon as it is there: in words on standard output, unless that is where the
// objects go.
class Reporter {
 public:
  Reporter(std::string url, std::optional<int> objects) : url_(std::move(url)), objects_(objects) {
    say(printable(url_) + "\n");
  }

  void tell(const Finding& finding) {
    say(finding_text(finding));
    if (objects_) print(*objects_, finding_json(finding, url_));
  }
  void tell(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) tell(finding);
  }
  [[nodiscard]] ExitCode printed() const { return printed_; }

 private:
  void say(const std::string& words) {
    if (objects_ != STDOUT_FILENO) print(STDOUT_FILENO, words);
  }
  void print(int descriptor, const std::string& text) {
    if (printed_ == ExitCode::Success) printed_ = print_to_descriptor(descriptor, text);
  }

  const std::string url_;
  const std::optional<int> objects_;  // the descriptor for them
  ExitCode printed_ = ExitCode::Success;
};

struct Patient {
  JobSpec job;
  Options options;
  std::optional<int> objects;  // where findings go as JSON
  std::string log_file;
};

// The URL alone is looked at, whatever stands at the target: as if it went to standard output.
JobSpec without_target(JobSpec job) {
  job.output = "-";
  job.folder.clear();
  job.pieces.clear();
  job.checksum_file.clear();
  job.content_disposition = false;
  job.metalink = MetalinkUse::Never;
  job.dry_run = true;
  return job;
}

Result<Patient> read_patient(const CommandLine& line) {
  auto words = take_words(std::span(line.words).subspan(1), line.argv);
  if (!words) return fail(std::move(words.error()));
  if (!words->has(OptionId::Output)) {  // no file needs a name
    words->options.push_back({.id = OptionId::ContentDisposition, .value = "", .origin = {}});
  }
  auto command = prepare_command(*std::move(words));
  if (!command) return fail(std::move(command.error()));
  Arguments& arguments = command->arguments;
  if (arguments.known_jobs() != 1) return refuse_usage("", "xget doctor takes one URL");
  arguments.options.trace_file.clear();
  if (!arguments.options.retry) arguments.options.retry = kRetries;
  return Patient{.job = without_target(std::move(arguments.jobs.front())),
                 .options = std::move(arguments.options),
                 .objects = arguments.event_descriptor,
                 .log_file = std::move(arguments.log_file)};
}

using Outcome = std::variant<Planned, Failed>;

// What a download would meet.
Result<Outcome> ask_for_resource(const Patient& patient) {
  auto session = Session::create(patient.options);
  if (!session) return fail(std::move(session.error()));
  if (auto added = (*session)->add(patient.job); !added) return fail(std::move(added.error()));
  while (auto event = (*session)->next_event()) {
    if (auto* planned = std::get_if<Planned>(&*event)) return std::move(*planned);
    if (auto* failed = std::get_if<Failed>(&*event)) return std::move(*failed);
  }
  return fail({.code = ErrorCode::Internal, .operation = "ask", .cause = "no job has ended"});
}

// "https://example.org:8080"
std::string_view place_of(std::string_view url) {
  const std::size_t mark = url.find("://");
  return mark == std::string_view::npos ? url : url.substr(0, url.find('/', mark + 3));
}

// Nothing that was given for the URL is for where its server leads.
void look_at_end_of_redirects(const std::string& url, const Options& options, Reporter& reporter) {
  const auto check = check_host({.url = url}, options);
  if (!check) return reporter.tell(failure_finding(check.error()));
  reporter.tell(Finding{.about = "redirect", .text = "it leads to " + printable(url)});
  reporter.tell(host_findings(*check, options.insecure));
}

ExitCode tell_all(const Patient& patient) {
  const std::string url = hide_url_secrets(patient.job.url).text;
  const auto check = check_host(patient.job, patient.options);
  if (!check) return report_failure(check.error());
  Reporter reporter(url, patient.objects);
  reporter.tell(host_findings(*check, patient.options.insecure));
  const Finding bad_end{Health::Bad, "verdict", "a download would fail", ""};
  if (!check->lookup_problem.empty()) {  // a download would ask the same, and again and again
    reporter.tell(bad_end);
    return ExitCode::Network;
  }
  const auto outcome = ask_for_resource(patient);
  if (!outcome) return report_failure(outcome.error());
  if (const auto* failed = std::get_if<Failed>(&*outcome)) {
    reporter.tell(failure_finding(failed->error));
    reporter.tell(bad_end);
    return exit_code_of(failed->error.code);
  }
  const auto& planned = std::get<Planned>(*outcome);
  if (place_of(planned.url) != place_of(check->url)) {
    look_at_end_of_redirects(planned.url, patient.options, reporter);
  }
  reporter.tell(resource_findings(planned));
  reporter.tell(Finding{.about = "verdict", .text = "a download would work"});
  return reporter.printed();
}

}  // namespace

ExitCode examine(const CommandLine& line) {
  const auto patient = read_patient(line);
  if (!patient) return report_failure(patient.error());
  const ExitCode code = tell_all(*patient);
  complain_of_lost_log(patient->log_file);
  return code;
}

}  // namespace xget::cli
