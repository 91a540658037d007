#include "cli/rm_verb.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/url_word.hpp"
#include "cli/usage_error.hpp"
#include "xget/object_removal.hpp"

namespace xget::cli {
namespace {

Result<RemovalSpec> spec_of(const StoreCommand& command) {
  RemovalSpec spec{.urls = command.urls,
                   .tree = command.own.has("recursive"),
                   .version_id = command.value_of("version-id"),
                   .rules = {},
                   .dry_run = command.dry_run};
  if (spec.urls.empty()) return refuse_usage("", "xget rm needs the URL of an object");
  for (const auto& [name, value] : command.own.all) {
    if (name == "version-id") continue;
    if (!spec.tree) return refuse_usage("--" + name, "is for -r");
    spec.rules.push_back({name == "include", value});
  }
  if (!spec.version_id.empty() && (spec.tree || spec.urls.size() > 1)) {
    return refuse_usage("--version-id", "is of one object");
  }
  for (const std::string& url : spec.urls) {
    if (!names_bucket(url)) continue;
    if (!spec.tree) {
      return refuse_usage(printable(url), "it names a bucket, and no object in it",
                          "xget rm -r deletes all that is in a bucket, xget rb the bucket");
    }
    if (!url.ends_with('/')) {
      return refuse_usage(printable(url), "it names a whole bucket",
                          "write " + printable(url) + "/ to delete all that is in it");
    }
  }
  return spec;
}

void tell(StoreReport& report, const RemovedObject& removed, bool dry_run) {
  if (removed.error) return report.fail(removed.url, *removed.error);
  JsonObject line = store_line("deleted");
  line.with("url", removed.url);
  if (removed.size) line.with("size", *removed.size);
  report.tell_done((dry_run ? "would delete " : "deleted ") + printable(removed.url) + "\n",
                   line.with("dry_run", dry_run));
}

void remove_all(Session& session, StoreReport& report, RemovalSpec spec) {
  const bool dry_run = spec.dry_run;
  const bool tree = spec.tree;
  auto removal = ObjectRemoval::open(session, std::move(spec));
  if (!removal) return report.fail("", removal.error());
  bool any = false;
  while (!report.is_over()) {
    const auto removed = removal->next();
    if (!removed) return report.fail("", removed.error());
    if (!*removed) break;
    any = true;
    tell(report, **removed, dry_run);
  }
  if (tree && !any) report.say_done("nothing to delete\n");
}

}  // namespace

ExitCode remove_objects(const CommandLine& line) {
  const auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  auto spec = spec_of(*command);
  if (!spec) return report_failure(spec.error());
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    remove_all(session, report, *std::move(spec));
  });
}

}  // namespace xget::cli
