#include "cli/uploads_verb.hpp"

#include <functional>
#include <utility>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

JsonObject line_of(const char* kind, const UploadName& name,
                   const std::optional<std::chrono::seconds>& age) {
  JsonObject line = store_line(kind);
  line.with("url", name.url).with("upload_id", name.upload_id);
  if (age) line.with("age_seconds", age->count());
  return line;
}

JsonObject upload_json(const UnfinishedUpload& upload, const std::optional<PartsThere>& there) {
  JsonObject line = line_of("upload", upload.name, upload.age);
  if (upload.begun) line.with("begun", iso_text(*upload.begun));
  if (!upload.storage_class.empty()) line.with("storage_class", upload.storage_class);
  if (there) line.with("parts", there->parts).with("bytes", there->bytes);
  return line;
}

// Each that is not finished at or below the URL. Whether it came to the last of them.
bool for_each_upload(Session& session, StoreReport& report, const std::string& url,
                     const std::function<void(const UnfinishedUpload&)>& act) {
  auto uploads = UnfinishedUploads::open(session, url);
  if (!uploads) {
    report.fail(url, uploads.error());
    return false;
  }
  while (!report.is_over()) {
    const auto upload = uploads->next();
    if (!upload) {
      report.fail(url, upload.error());
      return false;
    }
    if (!*upload) return true;
    act(**upload);
  }
  return false;
}

void show_all(Session& session, StoreReport& report, const std::string& url, bool with_parts) {
  bool any = false;
  const bool all = for_each_upload(session, report, url, [&](const UnfinishedUpload& upload) {
    any = true;
    std::optional<PartsThere> there;
    if (with_parts) {
      const auto counted = count_parts(session, upload.name);
      if (!counted) return report.fail(upload.name.url, counted.error());
      there = *counted;
    }
    report.tell(upload_text(upload, there), upload_json(upload, there));
  });
  if (all && !any) report.say_done(printable(url) + ": no unfinished uploads\n");
}

struct Abortion {
  std::optional<std::chrono::seconds> older_than;
  std::string upload_id;  // that one alone; empty: all that are old enough
  bool dry_run = false;
};

void tell_aborted(StoreReport& report, const UploadName& name,
                  const std::optional<std::chrono::seconds>& age, bool dry_run) {
  std::string words = (dry_run ? "would abort " : "aborted ") + printable(name.url) + " (upload " +
                      printable(name.upload_id);
  if (age) words += ", begun " + format_duration(*age) + " ago";
  report.tell_done(words + ")\n", line_of("aborted", name, age).with("dry_run", dry_run));
}

// One that was listed, and may have come to its end since.
void abort_listed(Session& session, StoreReport& report, const UnfinishedUpload& upload,
                  bool dry_run) {
  const auto done = dry_run ? Result<bool>(true) : abort_upload(session, upload.name);
  if (!done) return report.fail(upload.name.url, done.error());
  if (*done) tell_aborted(report, upload.name, upload.age, dry_run);
}

void abort_named(Session& session, StoreReport& report, const UploadName& name) {
  const auto done = abort_upload(session, name);
  if (!done) return report.fail(name.url, done.error());
  if (*done) return tell_aborted(report, name, std::nullopt, false);
  report.fail(name.url, {.code = ErrorCode::Refused,
                         .operation = "abort the upload of",
                         .subject = printable(name.url),
                         .cause = "it has none of this id: finished, or aborted already"});
}

void abort_all(Session& session, StoreReport& report, const std::string& url,
               const Abortion& abortion) {
  if (!abortion.upload_id.empty()) {
    return abort_named(session, report, {url, abortion.upload_id});
  }
  bool any = false;  // that is old enough
  const bool all = for_each_upload(session, report, url, [&](const UnfinishedUpload& upload) {
    if (!upload.age || *upload.age < *abortion.older_than) return;
    any = true;
    abort_listed(session, report, upload, abortion.dry_run);
  });
  if (all && !any) report.say_done(printable(url) + ": no unfinished upload is that old\n");
}

Result<Abortion> abortion_of(const StoreCommand& command) {
  Abortion abortion{.older_than = std::nullopt,
                    .upload_id = command.value_of("upload-id"),
                    .dry_run = command.dry_run};
  const std::string age = command.value_of("older-than");
  if (age.empty() == abortion.upload_id.empty()) {
    return refuse_usage("", "xget uploads abort needs --older-than TIME, or --upload-id ID",
                        "uploads that still run are unfinished, too: --older-than 7d leaves them");
  }
  if (!abortion.upload_id.empty()) {
    if (command.dry_run) return refuse_usage("--dry-run", "is for --older-than");
    if (command.urls.size() == 1) return abortion;
    return refuse_usage("--upload-id", "is of one object, and several are given");
  }
  const auto duration = parse_duration(age);
  if (!duration) {
    return refuse_usage("--older-than", "\"" + age + "\" is not a time, like 12h or 7d");
  }
  abortion.older_than = std::chrono::ceil<std::chrono::seconds>(*duration);
  return abortion;
}

ExitCode show_uploads(const StoreCommand& command) {
  for (const char* option : {"older-than", "upload-id"}) {
    if (command.own.has(option)) {
      return report_failure(
          refuse_usage(std::string("--") + option, "is for xget uploads abort").value());
    }
  }
  const bool with_parts = command.own.has("parts");
  return ask_stores(command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command.urls) show_all(session, report, url, with_parts);
  });
}

ExitCode abort_uploads(const StoreCommand& command) {
  const auto abortion = abortion_of(command);
  if (!abortion) return report_failure(abortion.error());
  return ask_stores(command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command.urls) abort_all(session, report, url, *abortion);
  });
}

}  // namespace

std::string upload_text(const UnfinishedUpload& upload, const std::optional<PartsThere>& there) {
  std::string text = upload.begun ? utc_text(*upload.begun) : "?";
  text += "  " + (upload.age ? format_duration(*upload.age) : "?");
  if (there) {
    text += "  " + format_size(there->bytes) + " in " + std::to_string(there->parts) +
            (there->parts == 1 ? " part" : " parts");
  }
  return text + "  " + printable(upload.name.upload_id) + "  " + printable(upload.name.url) + "\n";
}

ExitCode show_or_abort_uploads(const CommandLine& line) {
  auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  const std::string action = command->urls.empty() ? "" : command->urls.front();
  if ((action != "ls" && action != "abort") || command->urls.size() < 2) {
    const auto refusal =
        refuse_usage("", "xget uploads needs ls or abort, and the URL of a bucket");
    return report_failure(refusal.value());
  }
  command->urls.erase(command->urls.begin());
  return action == "ls" ? show_uploads(*command) : abort_uploads(*command);
}

}  // namespace xget::cli
