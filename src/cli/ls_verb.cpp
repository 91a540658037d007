#include "cli/ls_verb.hpp"

#include <algorithm>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "xget/object_store.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kTimeWidth = std::string_view("2009-10-12 17:50:30").size();
constexpr std::size_t kSizeWidth = std::string_view("1023.9 KiB").size();
constexpr std::size_t kBytesWidth = 15;  // up to a petabyte

std::string padded_left(std::string text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string time_column(const std::optional<std::chrono::sys_seconds>& time) {
  std::string text = time ? utc_text(*time) : "";
  text.resize(kTimeWidth, ' ');
  return text;
}

JsonObject listed_json(const ListedObject& object) {
  if (object.is_folder) return store_line("folder").with("url", object.url);
  JsonObject line = store_line("listed");
  line.with("url", object.url).with("size", object.size);
  if (object.modified) line.with("modified", iso_text(*object.modified));
  if (!object.etag.empty()) line.with("etag", object.etag);
  if (!object.storage_class.empty()) line.with("storage_class", object.storage_class);
  return line;
}

JsonObject bucket_json(const Bucket& bucket) {
  JsonObject line = store_line("bucket");
  line.with("url", bucket.url);
  if (bucket.created) line.with("created", iso_text(*bucket.created));
  if (!bucket.region.empty()) line.with("region", bucket.region);
  return line;
}

void show_buckets(Session& session, StoreReport& report, const std::string& store) {
  const auto buckets = list_buckets(session, store);
  if (!buckets) return report.fail(store, buckets.error());
  for (const Bucket& bucket : *buckets) {
    report.tell(time_column(bucket.created) + "  " + printable(bucket.url) + "\n",
                bucket_json(bucket));
  }
}

struct Way {
  bool recursive = false;
  bool exact = false;
};

void show_objects_at(Session& session, StoreReport& report, const std::string& url,
                     const Way& way) {
  for_each_object(session, report,
                  {.url = url, .after = "", .folders = !way.recursive, .tree = true},
                  [&](const ListedObject& object) {
                    report.tell(listed_text(object, way.exact), listed_json(object));
                  });
}

bool names_store(const std::string& url) { return url.ends_with("://"); }

}  // namespace

std::string size_column(std::uint64_t bytes, bool exact) {
  return exact ? padded_left(std::to_string(bytes), kBytesWidth)
               : padded_left(format_size(bytes), kSizeWidth);
}

std::string listed_text(const ListedObject& object, bool exact) {
  const std::string size = object.is_folder ? std::string(exact ? kBytesWidth : kSizeWidth, ' ')
                                            : size_column(object.size, exact);
  return time_column(object.modified) + "  " + size + "  " + printable(object.url) + "\n";
}

ExitCode list_objects(const CommandLine& line) {
  auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  if (command->urls.empty()) command->urls.emplace_back("s3://");
  const Way way{.recursive = command->own.has("recursive"), .exact = command->own.has("bytes")};
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command->urls) {
      if (report.is_over()) return;
      if (names_store(url)) {
        show_buckets(session, report, url);
      } else {
        show_objects_at(session, report, url, way);
      }
    }
  });
}

}  // namespace xget::cli
