#include "cli/read_words.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>
#include <optional>
#include <vector>

#include "cli/foreign_option.hpp"
#include "cli/suggestion.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

using Registered = std::map<const CLI::Option*, OptionId>;

bool looks_like_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

// CLI11 reads "--output= URL" as "--output URL" and lets flags have values. Neither may be.
Result<void> check_inline_values(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return {};
    const auto equals = word.find('=');
    if (!word.starts_with("--") || equals == std::string::npos) continue;
    const OptionRow* row = row_named(std::string_view(word).substr(2, equals - 2));
    if (row == nullptr) continue;
    if (!row->takes_value()) return refuse_usage(row->longest(), "takes no value");
    if (equals + 1 == word.size()) return refuse_usage(row->longest(), "needs a value");
  }
  return {};
}

std::string names_for_cli11(const OptionRow& row) {
  return row.letter != 0 ? std::string{'-', row.letter} + "," + row.longest() : row.longest();
}

Registered register_options(CLI::App& app) {
  Registered registered;
  app.set_help_flag();
  // URLs stay in remaining(): a positional of CLI11 would split "[::1]" as a list.
  app.allow_extras();
  for (const OptionRow& row : option_table()) {
    CLI::Option* option = nullptr;
    if (row.takes_value()) {
      const auto keep_as_text = [](const CLI::results_t&) { return true; };
      option = app.add_option(names_for_cli11(row), keep_as_text);
      option->expected(1)->take_all()->allow_extra_args(false);
    } else {
      option = app.add_flag(names_for_cli11(row));
    }
    registered[option] = row.id;
  }
  return registered;
}

// parse_order() has an option once for each value it got.
std::vector<GivenOption> options_in_order(const CLI::App& app, const Registered& registered) {
  std::vector<GivenOption> options;
  std::map<const CLI::Option*, std::size_t> used;
  for (const CLI::Option* option : app.parse_order()) {
    const OptionId id = registered.at(option);
    const std::size_t index = used[option]++;
    options.push_back({id, row_of(id).takes_value() ? option->results().at(index) : ""});
  }
  return options;
}

tl::unexpected<Error> unknown_option(const std::string& word) {
  // What follows may be a secret: "-Uname:password".
  const auto end = word.starts_with("--") ? word.find('=') : 2;
  if (const auto here = foreign_option_text(word)) {
    return refuse_usage(word.substr(0, end), "there is no such option", *here);
  }
  const std::vector<std::string> near = nearest_options(word);
  if (near.empty()) {
    return refuse_usage(word.substr(0, end), "there is no such option",
                        "xget --help lists the options");
  }
  std::string remedy;
  for (const std::string& option : near) {
    remedy += (remedy.empty() ? "did you mean " : " or ") + option;
  }
  return refuse_usage(word.substr(0, word.find('=')), "there is no such option", remedy + "?");
}

Result<std::vector<std::string>> urls_among(const std::vector<std::string>& remaining) {
  std::vector<std::string> urls;
  bool options_ended = false;
  for (const std::string& word : remaining) {
    if (!options_ended && word == "--") {
      options_ended = true;
    } else if (!options_ended && looks_like_option(word)) {
      return unknown_option(word);
    } else {
      urls.push_back(word);
    }
  }
  return urls;
}

Result<void> check_values(const std::vector<GivenOption>& options) {
  for (const GivenOption& option : options) {
    const OptionRow& row = row_of(option.id);
    if (row.takes_value() && option.value.empty()) {
      return refuse_usage(row.longest(), "its value is empty");
    }
  }
  return {};
}

}  // namespace

Result<Given> read_words(std::span<const std::string> words) {
  if (auto sound = check_inline_values(words); !sound) return fail(sound.error());
  CLI::App app;
  const Registered registered = register_options(app);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError&) {
    // All that can go wrong by now is an option at the end that has no value.
    return refuse_usage(words.back(), "needs a value");
  }
  Given given;
  given.options = options_in_order(app, registered);
  if (auto sound = check_values(given.options); !sound) return fail(sound.error());
  auto urls = urls_among(app.remaining());
  if (!urls) return fail(urls.error());
  given.urls = *std::move(urls);
  return given;
}

}  // namespace xget::cli
