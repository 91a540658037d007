#include "cli/given.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget::cli {

std::string called(OptionId id, const Origin& origin) {
  switch (origin.layer) {
    case Layer::CommandLine: return row_of(id).longest();
    case Layer::Environment: return row_of(id).variable();
    case Layer::File: return origin.place + ": " + std::string(row_of(id).name);
  }
  return "";
}

std::size_t Given::count(OptionId id) const {
  return static_cast<std::size_t>(std::count_if(
      options.begin(), options.end(), [&](const GivenOption& option) { return option.id == id; }));
}

std::vector<std::string> Given::all(OptionId id) const {
  std::vector<std::string> values;
  for (const GivenOption& option : options) {
    if (option.id == id) values.push_back(option.value);
  }
  return values;
}

const std::string* Given::last(OptionId id) const {
  const auto found = std::find_if(options.rbegin(), options.rend(),
                                  [&](const GivenOption& option) { return option.id == id; });
  return found == options.rend() ? nullptr : &found->value;
}

Error Given::named_as_given(Error error) const {
  const auto found = std::find_if(options.rbegin(), options.rend(), [&](const GivenOption& option) {
    return row_of(option.id).longest() == error.subject;
  });
  if (found != options.rend()) error.subject = called(found->id, found->origin);
  for (const GivenHost& host : hosts) {
    const std::string name = "host.\"" + printable(host.name) + "\"";
    if (error.subject == name) error.subject = host.place + ": " + name;
    for (const GivenOption& option : host.options) {
      const bool meant = error.subject == name + ": " + std::string(row_of(option.id).name);
      if (meant) error.subject = option.origin.place + ": " + error.subject;
    }
  }
  return error;
}

}  // namespace xget::cli
