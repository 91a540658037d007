// What was given: options in order, each with where it stands, then URLs. Nothing is interpreted
// yet.
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// Where options come from. A later one goes before an earlier one.
enum class Layer { File, Environment, CommandLine };

struct Origin {
  Layer layer = Layer::CommandLine;
  std::string place;  // "/home/me/.config/xget/config.toml:3", "XGET_OUTPUT"; "": the command line
};

struct GivenOption {
  OptionId id = OptionId::Count;
  std::string value;  // empty for a flag
  Origin origin;
};

// How a message names an option, so that it is found where it stands: "--output", "XGET_OUTPUT" or
// "config.toml:3: output".
std::string called(OptionId id, const Origin& origin);

// What the configuration file has for a host, or for what is below it.
struct GivenHost {
  std::string name;
  std::string place;  // "/home/me/.config/xget/config.toml:7"
  std::vector<GivenOption> options;
  std::vector<OptionId> off;  // flags that are told to be off
};

struct Given {
  std::vector<GivenOption> options;
  std::vector<GivenHost> hosts;
  std::vector<std::string> urls;

  [[nodiscard]] std::size_t count(OptionId id) const;
  [[nodiscard]] bool has(OptionId id) const { return count(id) > 0; }
  // All values of a repeatable option, in order.
  [[nodiscard]] std::vector<std::string> all(OptionId id) const;
  // The last one given: a later word corrects an earlier one. nullptr if there is none.
  [[nodiscard]] const std::string* last(OptionId id) const;
  // An error whose subject is an option ("--proxy") that stands elsewhere than on the command line:
  // with the name that it has there.
  [[nodiscard]] Error named_as_given(Error error) const;
};

}  // namespace xget::cli
