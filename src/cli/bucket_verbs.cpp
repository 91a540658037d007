#include "cli/bucket_verbs.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/usage_error.hpp"
#include "xget/object_store.hpp"

namespace xget::cli {
namespace {

struct Deed {
  Result<void> (*act)(Session& session, const std::string& url);
  const char* done;  // for people
  const char* kind;  // of its line
};

Result<StoreCommand> read_bucket_command(const CommandLine& line) {
  auto command = read_store_command(line);
  if (!command) return command;
  if (command->urls.empty()) {
    return refuse_usage("", "xget " + line.verb + " needs the URL of a bucket: s3://BUCKET");
  }
  if (command->dry_run) {
    return refuse_usage("--dry-run", "xget " + line.verb + " has nothing to look at beforehand");
  }
  return command;
}

ExitCode act_on_each(const CommandLine& line, const Deed& deed) {
  const auto command = read_bucket_command(line);
  if (!command) return report_failure(command.error());
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command->urls) {
      const auto done = deed.act(session, url);
      if (done) {
        report.tell_done(std::string(deed.done) + " " + printable(url) + "\n",
                         store_line(deed.kind).with("url", url));
      } else {
        report.fail(url, done.error());
      }
      if (report.is_over()) return;
    }
  });
}

}  // namespace

ExitCode make_buckets(const CommandLine& line) {
  return act_on_each(line, {make_bucket, "made", "bucket-made"});
}

ExitCode remove_buckets(const CommandLine& line) {
  return act_on_each(line, {remove_bucket, "removed", "bucket-removed"});
}

}  // namespace xget::cli
