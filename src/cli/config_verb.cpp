#include "cli/config_verb.hpp"

#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "cli/event_text.hpp"
#include "cli/interpret.hpp"
#include "cli/output.hpp"
#include "cli/read_words.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kOriginColumn = 40;

std::string origin_text(const Origin& origin) {
  return origin.layer == Layer::CommandLine ? "command line" : printable(origin.place);
}

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : printable(value)) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string line_text(std::string line, const std::string& origin) {
  line.append(line.size() < kOriginColumn ? kOriginColumn - line.size() : 1, ' ');
  return line + "# " + origin + "\n";
}

std::string option_text(const OptionRow& row, const std::vector<GivenOption>& given) {
  const std::string begin = std::string(row.name) + " = ";
  const GivenOption& last = given.back();
  if (row.repeat == Repeat::Counts) {
    return line_text(begin + std::to_string(given.size()), origin_text(last.origin));
  }
  if (!row.takes_value()) return line_text(begin + "true", origin_text(last.origin));
  if (row.repeat == Repeat::LastCounts) {
    return line_text(begin + quoted(hide_secrets(last).text), origin_text(last.origin));
  }
  std::string text = begin + "[\n";
  for (const GivenOption& option : given) {
    text += line_text("  " + quoted(hide_secrets(option).text) + ",", origin_text(option.origin));
  }
  return text + "]\n";
}

std::vector<GivenOption> values_of(OptionId id, const std::vector<GivenOption>& options) {
  std::vector<GivenOption> values;
  for (const GivenOption& option : options) {
    if (option.id == id) values.push_back(option);
  }
  return values;
}

std::string host_text(const GivenHost& host) {
  std::string text = "\n" + line_text("[host." + quoted(host.name) + "]", printable(host.place));
  for (const OptionRow& row : option_table()) {
    const auto given = values_of(row.id, host.options);
    if (!given.empty()) text += option_text(row, given);
  }
  for (const OptionId id : host.off) {
    text += line_text(std::string(row_of(id).name) + " = false", printable(host.place));
  }
  return text;
}

Result<std::string> read_and_show(std::span<const std::string> words) {
  auto given = read_words(words);
  if (!given) return fail(std::move(given.error()));
  if (!given->urls.empty()) return refuse_usage(given->urls.front(), "xget config takes no URL");
  // Whoever asks for JSON would read this as JSON.
  if (given->has(OptionId::Json)) {
    return refuse_usage("--json", "xget config writes TOML alone", "leave it out");
  }
  const auto configuration = configure(*std::move(given), own_environment());
  if (!configuration) return fail(configuration.error());
  // A value that no download could do with is told here too.
  if (const auto sound = check_given(configuration->given); !sound) {
    return fail(configuration->given.named_as_given(sound.error()));
  }
  for (const std::string& warning : configuration->warnings) print_error(warning_text(warning));
  return shown_config(*configuration);
}

}  // namespace

std::string shown_config(const Configuration& configuration) {
  const std::string& file = configuration.file;
  std::string text = "# " + (file.empty() ? "no configuration file" : printable(file)) + "\n";
  for (const OptionRow& row : option_table()) {
    const auto given = values_of(row.id, configuration.given.options);
    if (!given.empty()) {
      text += option_text(row, given);
    } else if (!row.default_value.empty()) {
      text += line_text(std::string(row.name) + " = " + quoted(row.default_value), "default");
    }
  }
  for (const GivenHost& host : configuration.given.hosts) text += host_text(host);
  return text;
}

ExitCode show_config(const CommandLine& line) {
  const auto text = read_and_show(std::span(line.words).subspan(1));
  return text ? print_to_standard_output(*text) : report_failure(text.error());
}

}  // namespace xget::cli
