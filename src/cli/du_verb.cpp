#include "cli/du_verb.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/ls_verb.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/usage_error.hpp"
#include "cli/usage_tally.hpp"

namespace xget::cli {
namespace {

constexpr std::uint64_t kDeepest = 1024;  // no key has more folders

struct Way {
  std::size_t max_depth = 0;
  bool exact = false;
};

Result<Way> way_of(const StoreCommand& command) {
  Way way{.max_depth = 0, .exact = command.own.has("bytes")};
  if (command.urls.empty()) return refuse_usage("", "xget du needs a URL: s3://BUCKET");
  const std::string depth = command.value_of("max-depth");
  if (depth.empty()) return way;
  const auto number = parse_u64(depth);
  if (!number || *number > kDeepest) {
    return refuse_usage("--max-depth",
                        "needs a number of levels, 0 to " + std::to_string(kDeepest));
  }
  way.max_depth = static_cast<std::size_t>(*number);
  return way;
}

std::string usage_text(const std::string& url, const Usage& usage, bool exact) {
  return size_column(usage.bytes, exact) + "  " + std::to_string(usage.objects) +
         (usage.objects == 1 ? " object  " : " objects  ") + printable(url) + "\n";
}

// The folder's URL: what is below "s3://b/logs" is below "s3://b/logs/".
std::string url_below(const std::string& url, const std::string& folder) {
  if (folder.empty() || url.ends_with('/')) return url + folder;
  return url + "/" + folder;
}

void show_usage_at(Session& session, StoreReport& report, const std::string& url, const Way& way) {
  UsageTally tally(way.max_depth, [&](const Usage& usage) {
    const std::string folder = url_below(url, usage.folder);
    report.tell(usage_text(folder, usage, way.exact), store_line("usage")
                                                          .with("url", folder)
                                                          .with("objects", usage.objects)
                                                          .with("bytes", usage.bytes));
  });
  const std::size_t top = url_below(url, "x").size() - 1;
  const bool all = for_each_object(
      session, report, {.url = url, .after = "", .folders = false, .tree = true},
      [&](const ListedObject& object) {
        tally.add(std::string_view(object.url).substr(std::min(top, object.url.size())),
                  object.size);
      });
  if (all) tally.end();
}

}  // namespace

ExitCode show_usage(const CommandLine& line) {
  const auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  const auto way = way_of(*command);
  if (!way) return report_failure(way.error());
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command->urls) {
      if (report.is_over()) return;
      show_usage_at(session, report, url, *way);
    }
  });
}

}  // namespace xget::cli
