#include "cli/config_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/suggestion.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr std::uint64_t kMostTimes = 9;

// They say what one run does, and not how runs are done.
constexpr std::array kNotInFiles{OptionId::Output,       OptionId::InputFile, OptionId::Checksum,
                                 OptionId::ChecksumFile, OptionId::Pieces,    OptionId::Metalink,
                                 OptionId::Mirror,       OptionId::Etag,      OptionId::VersionId,
                                 OptionId::Config,       OptionId::NoConfig,  OptionId::Help,
                                 OptionId::Version};

constexpr std::array kForHosts{OptionId::Header,
                               OptionId::User,
                               OptionId::UserCommand,
                               OptionId::UserAgent,
                               OptionId::Proxy,
                               OptionId::ProxyAuth,
                               OptionId::Netrc,
                               OptionId::LimitRatePerHost,
                               OptionId::MaxConnectionsPerHost};

template <typename List>
bool is_among(const List& list, OptionId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string names_for_hosts() {
  std::string names;
  for (const OptionId id : kForHosts) {
    names.append(names.empty() ? "" : ", ").append(row_of(id).name);
  }
  return names;
}

// The options of one section, or of what stands outside of all.
class LayerWriter {
 public:
  // Both must outlive it; `home` may be null.
  LayerWriter(const std::string& path, const char* home) : path_(path), home_(home) {}

  Result<void> take(const std::vector<ConfigEntry>& entries) {
    for (const ConfigEntry& entry : entries) {
      const OptionRow* row = row_named(entry.key);
      if (row == nullptr) return unknown(entry);
      if (is_among(kNotInFiles, row->id)) {
        return refuse(entry, "is for one run, not for all",
                      "give " + row->longest() + " on the command line");
      }
      auto taken = row->takes_value() ? take_values(entry, *row) : take_flag(entry, *row);
      if (!taken) return taken;
    }
    return {};
  }

  Result<void> take_host(const std::vector<ConfigEntry>& entries) {
    for (const ConfigEntry& entry : entries) {
      const OptionRow* row = row_named(entry.key);
      if (row == nullptr || is_among(kForHosts, row->id)) continue;
      return refuse(entry, "is for all hosts", "of a host there can be: " + names_for_hosts());
    }
    return take(entries);
  }

  GivenLayer take_layer() { return std::move(layer_); }

 private:
  [[nodiscard]] std::string place(int line) const { return path_ + ":" + std::to_string(line); }

  [[nodiscard]] Result<void> refuse(const ConfigEntry& entry, std::string cause,
                                    std::string remedy = "") const {
    return refuse_usage(place(entry.line) + ": " + entry.key, std::move(cause), std::move(remedy));
  }

  [[nodiscard]] Result<void> unknown(const ConfigEntry& entry) const {
    std::string remedy;
    for (const std::string& option : nearest_options(entry.key)) {
      remedy += (remedy.empty() ? "did you mean " : " or ") + option.substr(2);
    }
    if (remedy.empty())
      return refuse(entry, "there is no such key", "xget --help lists the options");
    return refuse(entry, "there is no such key", remedy + "?");
  }

  Result<void> take_flag(const ConfigEntry& entry, const OptionRow& row) {
    const bool counted = row.repeat == Repeat::Counts && entry.type == ConfigType::Integer;
    if (entry.type != ConfigType::Boolean && !counted) {
      return refuse(entry, row.repeat == Repeat::Counts ? "wants true, false or a number"
                                                        : "wants true or false");
    }
    const std::string& text = entry.values.front().text;
    const auto times = counted ? parse_u64(text) : std::uint64_t{text == "true" ? 1U : 0U};
    if (!times || *times > kMostTimes) return refuse(entry, "wants a number from 0 to 9");
    if (*times == 0) layer_.off.push_back(row.id);
    const Origin origin{Layer::File, place(entry.line)};
    layer_.options.insert(layer_.options.end(), *times, GivenOption{row.id, "", origin});
    return {};
  }

  Result<void> take_values(const ConfigEntry& entry, const OptionRow& row) {
    const bool list = row.repeat != Repeat::LastCounts;
    const bool sound = entry.type == ConfigType::Text ||
                       (entry.type == ConfigType::Integer && row.takes_number()) ||
                       (entry.type == ConfigType::Texts && list);
    if (!sound) {
      return refuse(entry, row.takes_number() ? "wants a text or a whole number"
                           : list             ? "wants a text or a list of texts"
                                              : "wants a text, in quotes");
    }
    for (const ConfigValue& value : entry.values) {
      if (value.text.empty()) return refuse(entry, "its value is empty");
      auto text = with_home(entry, row, value.text);
      if (!text) return fail(std::move(text.error()));
      layer_.options.push_back({row.id, *std::move(text), {Layer::File, place(value.line)}});
    }
    return {};
  }

  // Where a shell would have put the home folder in.
  [[nodiscard]] Result<std::string> with_home(const ConfigEntry& entry, const OptionRow& row,
                                              const std::string& text) const {
    const bool secret_file = row.secrecy == Secrecy::Header || row.secrecy == Secrecy::User;
    const std::string_view before = secret_file ? "@" : "";
    const bool path = secret_file || row.takes_path();
    if (!path || !text.starts_with(std::string(before) + "~/")) return text;
    if (home_ == nullptr) {
      return fail(refuse(entry, "begins with ~, and HOME is not set").error());
    }
    return std::string(before) + home_ + text.substr(before.size() + 1);
  }

  const std::string& path_;
  const char* home_;
  GivenLayer layer_;
};

bool is_login(OptionId id) { return id == OptionId::User || id == OptionId::UserCommand; }

std::string_view header_name(const GivenOption& header) {
  return trim(std::string_view(header.value).substr(0, header.value.find(':')));
}

// Nobody could tell which of the two is meant.
bool stand_for_one(const GivenOption& one, const GivenOption& other) {
  if (is_login(one.id) && is_login(other.id)) return true;
  return one.id == OptionId::Header && other.id == OptionId::Header &&
         !one.value.starts_with('@') && equals_ignoring_case(header_name(one), header_name(other));
}

Result<void> check_host(const GivenHost& host, const std::vector<GivenOption>& everywhere) {
  for (const GivenOption& option : host.options) {
    const auto refuse = [&](std::string cause, std::string remedy = "") {
      return refuse_usage(called(option.id, option.origin), std::move(cause), std::move(remedy));
    };
    for (const GivenOption& other : everywhere) {
      if (!stand_for_one(option, other)) continue;
      return refuse("for every URL there is one already, at " + other.origin.place);
    }
    if (option.id == OptionId::User && option.value.find_first_of(":@") == std::string::npos) {
      return refuse("has no password", "write USER:PASSWORD, @FILE, or user-command");
    }
    const bool twice = option.id == OptionId::User &&
                       std::any_of(host.options.begin(), host.options.end(), [](const auto& each) {
                         return each.id == OptionId::UserCommand;
                       });
    if (twice) return refuse("contradicts user-command");
  }
  return {};
}

}  // namespace

Result<GivenLayer> config_layer(const ConfigText& config, const std::string& path,
                                const char* home) {
  LayerWriter writer(path, home);
  if (auto taken = writer.take(config.entries); !taken) return fail(std::move(taken.error()));
  GivenLayer layer = writer.take_layer();
  for (const ConfigSection& section : config.hosts) {
    LayerWriter of_host(path, home);
    if (auto taken = of_host.take_host(section.entries); !taken) {
      return fail(std::move(taken.error()));
    }
    GivenLayer own = of_host.take_layer();
    layer.hosts.push_back({section.name, path + ":" + std::to_string(section.line),
                           std::move(own.options), std::move(own.off)});
    if (auto sound = check_host(layer.hosts.back(), layer.options); !sound) {
      return fail(std::move(sound.error()));
    }
  }
  return layer;
}

}  // namespace xget::cli
