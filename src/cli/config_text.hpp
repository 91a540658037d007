// The text of a configuration file: TOML, as keys with values and the lines they stand on. What the
// keys mean is not known here. The only place that knows toml++.
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "xget/error.hpp"

namespace xget::cli {

enum class ConfigType { Boolean, Integer, Text, Texts, Other };

struct ConfigValue {
  std::string text;  // an integer in decimal, "true" or "false"
  int line = 0;      // from 1
};

struct ConfigEntry {
  std::string key;
  int line = 0;  // from 1
  ConfigType type = ConfigType::Other;
  std::vector<ConfigValue> values;  // any number for Texts, none for Other, else one
};

// [host."NAME"]
struct ConfigSection {
  std::string name;
  int line = 0;
  std::vector<ConfigEntry> entries;
};

struct ConfigText {
  std::vector<ConfigEntry> entries;  // outside of sections
  std::vector<ConfigSection> hosts;
};

// All in the order of their lines. `path` is for errors alone. Fails with Usage: "PATH:LINE:
// cause".
Result<ConfigText> parse_config(std::string_view text, const std::string& path);

}  // namespace xget::cli
