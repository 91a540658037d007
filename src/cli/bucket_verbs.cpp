#include "cli/bucket_verbs.hpp"

#include <functional>
#include <utility>

#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/url_word.hpp"
#include "cli/usage_error.hpp"
#include "xget/object_removal.hpp"
#include "xget/object_store.hpp"

namespace xget::cli {
namespace {

struct Deed {
  std::function<Result<void>(Session& session, const std::string& url)> act;
  const char* done;  // for people
  const char* kind;  // of its line
};

// All objects that are there now.
Result<void> empty_bucket(Session& session, const std::string& url) {
  auto removal = ObjectRemoval::open(session, {.urls = {url + (url.ends_with('/') ? "" : "/")},
                                               .tree = true,
                                               .rules = {},
                                               .dry_run = false});
  if (!removal) return fail(std::move(removal.error()));
  while (true) {
    auto removed = removal->next();
    if (!removed) return fail(std::move(removed.error()));
    if (!*removed) return {};
    if ((*removed)->error) return fail(*std::move((*removed)->error));
  }
}

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

ExitCode act_on_each(const StoreCommand& command, const Deed& deed) {
  return ask_stores(command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command.urls) {
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
  const auto command = read_bucket_command(line);
  if (!command) return report_failure(command.error());
  return act_on_each(*command, {make_bucket, "made", "bucket-made"});
}

ExitCode remove_buckets(const CommandLine& line) {
  const auto command = read_bucket_command(line);
  if (!command) return report_failure(command.error());
  const bool force = command->own.has("force");
  const auto remove = [force](Session& session, const std::string& url) -> Result<void> {
    auto emptied = force && names_bucket(url) ? empty_bucket(session, url) : Result<void>();
    return emptied ? remove_bucket(session, url) : emptied;
  };
  return act_on_each(*command, {remove, "removed", "bucket-removed"});
}

}  // namespace xget::cli
