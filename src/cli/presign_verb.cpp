#include "cli/presign_verb.hpp"

#include <utility>

#include "base/iso_time.hpp"
#include "base/units.hpp"
#include "cli/event_text.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/usage_error.hpp"
#include "xget/object_store.hpp"

namespace xget::cli {
namespace {

Result<PresignSpec> spec_of(const StoreCommand& command) {
  PresignSpec spec;
  spec.put = command.own.has("put");
  spec.object.version_id = command.value_of("version-id");
  if (command.urls.empty()) return refuse_usage("", "xget presign needs the URL of an object");
  if (!spec.object.version_id.empty() && (spec.put || command.urls.size() > 1)) {
    return refuse_usage("--version-id", "is of one object, which is fetched");
  }
  const std::string expires = command.value_of("expires");
  if (expires.empty()) return spec;
  const auto lifetime = parse_duration(expires);
  if (!lifetime || *lifetime < std::chrono::seconds(1) || *lifetime > kLongestPresigned) {
    return refuse_usage("--expires", "\"" + expires + "\" is not a time from 1s to 7d, like 12h");
  }
  spec.lifetime = std::chrono::floor<std::chrono::seconds>(*lifetime);
  return spec;
}

// Who hands the URL on should know.
void warn_of_early_end(const PresignedUrl& presigned) {
  if (!presigned.temporary) return;
  std::string text = "the credentials are temporary: the URL ends with them";
  if (presigned.credentials_end) text += ", at " + iso_text(*presigned.credentials_end);
  print_error(warning_text(text + ", if not before"));
}

}  // namespace

ExitCode presign_objects(const CommandLine& line) {
  const auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  auto spec = spec_of(*command);
  if (!spec) return report_failure(spec.error());
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    bool warned = false;
    for (const std::string& url : command->urls) {
      spec->object.url = url;
      const auto presigned = presign(session, *spec);
      if (!presigned) {
        report.fail(url, presigned.error());
      } else {
        if (!std::exchange(warned, true)) warn_of_early_end(*presigned);
        report.tell(presigned->url + "\n",
                    store_line("url").with("url", url).with("presigned", presigned->url));
      }
      if (report.is_over()) return;
    }
  });
}

}  // namespace xget::cli
