#include "cli/stat_verb.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/store_command.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

// Names and values, the values below each other.
class Rows {
 public:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty()) rows_.emplace_back(printable(name), printable(value));
  }
  void add(const ObjectFacts::Fields& fields) {
    for (const auto& [name, value] : fields) add(name, value);
  }

  [[nodiscard]] std::string text() const {
    std::size_t width = 0;
    for (const auto& [name, value] : rows_) width = std::max(width, name.size());
    std::string text;
    for (const auto& [name, value] : rows_) {
      text += "  " + name + ":" + std::string(width - name.size() + 1, ' ');
      text += value + "\n";
    }
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

// Fields of one name are one, as in HTTP.
JsonObject json_of(const ObjectFacts::Fields& fields) {
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : fields) {
    std::string& all = joined[name];
    all += (all.empty() ? "" : ", ") + value;
  }
  JsonObject object;
  for (const auto& [name, value] : joined) object.with(name, value);
  return object;
}

std::string size_text(std::uint64_t bytes) {
  std::string exact = std::to_string(bytes) + " bytes";
  return bytes < 1024 ? exact : format_size(bytes) + " (" + exact + ")";
}

Result<ObjectQuestion> question_of(const StoreCommand& command) {
  ObjectQuestion question{.url = "", .version_id = command.value_of("version-id")};
  if (command.urls.empty()) return refuse_usage("", "xget stat needs the URL of an object");
  if (command.urls.size() > 1 && !question.version_id.empty()) {
    return refuse_usage("--version-id", "is of one object, and several are given");
  }
  return question;
}

}  // namespace

std::string stat_text(const std::string& url, const ObjectFacts& facts) {
  Rows rows;
  rows.add("size", size_text(facts.size));
  if (facts.modified) rows.add("modified", utc_text(*facts.modified));
  rows.add("ETag", facts.etag);
  rows.add("type", facts.content_type);
  rows.add("storage class", facts.storage_class);
  rows.add("version", facts.version_id);
  rows.add("restore", facts.restore);
  rows.add("encryption", facts.encryption);
  for (const auto& [name, value] : facts.checksums) rows.add("checksum " + name, value);
  rows.add(facts.content);
  for (const auto& [name, value] : facts.metadata) rows.add("metadata " + name, value);
  rows.add(facts.others);
  return printable(url) + "\n" + rows.text();
}

JsonObject stat_json(const std::string& url, const ObjectFacts& facts) {
  JsonObject object = store_line("object");
  object.with("url", url).with("size", facts.size);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) object.with(name, value);
  };
  if (facts.modified) object.with("modified", iso_text(*facts.modified));
  add("etag", facts.etag);
  add("content_type", facts.content_type);
  add("storage_class", facts.storage_class);
  add("version_id", facts.version_id);
  add("restore", facts.restore);
  add("encryption", facts.encryption);
  object.with("checksums", json_of(facts.checksums))
      .with("content", json_of(facts.content))
      .with("metadata", json_of(facts.metadata))
      .with("others", json_of(facts.others));
  return object;
}

ExitCode show_objects(const CommandLine& line) {
  const auto command = read_store_command(line);
  if (!command) return report_failure(command.error());
  auto question = question_of(*command);
  if (!question) return report_failure(question.error());
  return ask_stores(*command, [&](Session& session, StoreReport& report) {
    for (const std::string& url : command->urls) {
      question->url = url;
      const auto facts = look_at_object(session, *question);
      if (facts) {
        report.tell(stat_text(url, *facts), stat_json(url, *facts));
      } else {
        report.fail(url, facts.error());
      }
      if (report.is_over()) return;
    }
  });
}

}  // namespace xget::cli
