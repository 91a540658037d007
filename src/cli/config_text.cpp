#include "cli/config_text.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

// Texts alone: a list of anything else is no value of ours.
bool take_texts(const toml::array& array, ConfigEntry& entry) {
  for (const toml::node& node : array) {
    const auto* text = node.as_string();
    if (text == nullptr) return false;
    entry.values.push_back({text->get(), line_of(node.source())});
  }
  return true;
}

ConfigEntry entry_of(const toml::key& key, const toml::node& node) {
  ConfigEntry entry{.key = std::string(key.str()), .line = line_of(key.source()), .values = {}};
  const auto take = [&entry](ConfigType type, std::string text) {
    entry.type = type;
    entry.values.push_back({std::move(text), entry.line});
  };
  if (const auto* flag = node.as_boolean()) {
    take(ConfigType::Boolean, flag->get() ? "true" : "false");
  } else if (const auto* number = node.as_integer()) {
    take(ConfigType::Integer, std::to_string(number->get()));
  } else if (const auto* text = node.as_string()) {
    take(ConfigType::Text, text->get());
  } else if (const auto* array = node.as_array()) {
    if (take_texts(*array, entry)) {
      entry.type = ConfigType::Texts;
    } else {
      entry.values.clear();
    }
  }
  return entry;
}

constexpr std::string_view kHosts = "host";

template <typename Located>
void sort_by_line(std::vector<Located>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
}

std::vector<ConfigEntry> entries_of(const toml::table& table) {
  std::vector<ConfigEntry> entries;
  for (const auto& [key, node] : table) entries.push_back(entry_of(key, node));
  sort_by_line(entries);
  return entries;
}

Result<std::vector<ConfigSection>> hosts_of(const toml::table& hosts, const std::string& path) {
  std::vector<ConfigSection> sections;
  for (const auto& [name, node] : hosts) {
    const int line = line_of(name.source());
    const auto* section = node.as_table();
    if (section == nullptr) {
      return refuse_usage(path + ":" + std::to_string(line), "a host is a section",
                          "write [host.\"example.org\"], and its options below");
    }
    sections.push_back({std::string(name.str()), line, entries_of(*section)});
  }
  sort_by_line(sections);
  return sections;
}

}  // namespace

Result<ConfigText> parse_config(std::string_view text, const std::string& path) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return refuse_usage(path + ":" + std::to_string(line_of(error.source())),
                        "this is no TOML: " + std::string(error.description()));
  }
  ConfigText config{entries_of(parsed.table()), {}};
  const auto* hosts = parsed.table()[kHosts].as_table();
  if (hosts == nullptr) return config;
  std::erase_if(config.entries, [](const ConfigEntry& entry) { return entry.key == kHosts; });
  auto sections = hosts_of(*hosts, path);
  if (!sections) return fail(std::move(sections.error()));
  config.hosts = *std::move(sections);
  return config;
}

}  // namespace xget::cli
