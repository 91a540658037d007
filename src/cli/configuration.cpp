#include "cli/configuration.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/whole_file.hpp"
#include "cli/config_options.hpp"
#include "cli/contradictions.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kMostConfigBytes = 1 << 20;

bool are_opposites(OptionId one, OptionId other) {
  const auto is_this_pair = [&](const std::pair<OptionId, OptionId>& pair) {
    return pair == std::pair(one, other) || pair == std::pair(other, one);
  };
  // Not always a mistake: with a log file both make sense.
  return is_this_pair({OptionId::Quiet, OptionId::Verbose}) ||
         std::any_of(kContradictions.begin(), kContradictions.end(), is_this_pair);
}

bool is_off(const GivenLayer& layer, OptionId id) {
  return std::find(layer.off.begin(), layer.off.end(), id) != layer.off.end();
}

bool replaces(const GivenLayer& above, OptionId below) {
  return is_off(above, below) ||
         std::any_of(above.options.begin(), above.options.end(), [&](const auto& option) {
           const bool again = option.id == below && row_of(below).repeat != Repeat::Adds;
           return again || are_opposites(option.id, below);
         });
}

void lay_over(std::vector<GivenOption>& below, GivenLayer above) {
  std::erase_if(below, [&](const auto& option) { return replaces(above, option.id); });
  below.insert(below.end(), std::make_move_iterator(above.options.begin()),
               std::make_move_iterator(above.options.end()));
}

// Of what a host has another one of, what a nearer place says for all hosts goes before it. Headers
// and logins are for the URL's own origin there, and are told apart by who sends them.
void leave_to(const Given& nearer, const GivenLayer& variables, GivenHost& host) {
  const auto said = [&](OptionId id) {
    if (id == OptionId::Header || id == OptionId::User || id == OptionId::UserCommand) return false;
    return nearer.has(id) || is_off(variables, id);
  };
  std::erase_if(host.options, [&](const auto& option) { return said(option.id); });
  std::erase_if(host.off, said);
}

// ---- the file ---------------------------------------------------------------------------------

// Empty: there is no place for one.
std::string usual_file(Environment environment) {
  constexpr const char* kName = "/xget/config.toml";
  const char* config_home = variable_in(environment, "XDG_CONFIG_HOME");
  // The XDG Base Directory Specification has relative ones ignored.
  if (config_home != nullptr && config_home[0] == '/') return std::string(config_home) + kName;
  const char* home = variable_in(environment, "HOME");
  return home != nullptr ? std::string(home) + "/.config" + kName : "";
}

struct ConfigFile {
  GivenLayer layer;
  std::string path;  // empty: there is none
  std::vector<std::string> warnings;
};

// nullptr: none.
const GivenOption* first_secret(const std::vector<GivenOption>& options) {
  const auto found = std::find_if(options.begin(), options.end(), [](const auto& option) {
    return !hide_secrets(option).hidden.empty();
  });
  return found == options.end() ? nullptr : &*found;
}

void warn_of_readers(const struct stat& status, ConfigFile& file) {
  if ((status.st_mode & (S_IRGRP | S_IROTH)) == 0) return;
  const GivenOption* secret = first_secret(file.layer.options);
  for (const GivenHost& host : file.layer.hosts) {
    if (secret == nullptr) secret = first_secret(host.options);
  }
  if (secret == nullptr) return;
  file.warnings.push_back("others may read " + called(secret->id, secret->origin) +
                          ", a secret: chmod 600 " + file.path);
}

Result<ConfigFile> read_config_file(const std::string& path, Environment environment) {
  const auto input = read_whole_file(path, kMostConfigBytes);
  if (!input) return refuse_usage(path, "it cannot be read: " + input.error());
  // It can name programs that are run.
  if ((input->status.st_mode & S_IWOTH) != 0) {
    return refuse_usage(path, "anybody may write to it", "chmod o-w " + path);
  }
  const auto entries = parse_config(input->text, path);
  if (!entries) return fail(entries.error());
  auto layer = config_layer(*entries, path, variable_in(environment, "HOME"));
  if (!layer) return fail(std::move(layer.error()));
  ConfigFile file{*std::move(layer), path, {}};
  warn_of_readers(input->status, file);
  return file;
}

Result<ConfigFile> find_config_file(const Given& given, Environment environment) {
  if (given.has(OptionId::NoConfig)) return ConfigFile{};
  if (const std::string* named = given.last(OptionId::Config)) {
    return read_config_file(*named, environment);
  }
  const std::string path = usual_file(environment);
  struct stat there {};
  const bool missing =
      path.empty() || (::stat(path.c_str(), &there) != 0 && (errno == ENOENT || errno == ENOTDIR));
  return missing ? ConfigFile{} : read_config_file(path, environment);
}

}  // namespace

Result<Configuration> configure(Given command_line, Environment environment) {
  auto variables = read_environment(environment);
  if (!variables) return fail(std::move(variables.error()));
  const GivenLayer words{std::move(command_line.options), {}, {}};
  Given nearer;
  lay_over(nearer.options, *variables);
  lay_over(nearer.options, words);
  auto file = find_config_file(nearer, environment);
  if (!file) return fail(std::move(file.error()));

  Configuration all;
  all.file = std::move(file->path);
  all.warnings = std::move(file->warnings);
  all.given.urls = std::move(command_line.urls);
  all.given.hosts = std::move(file->layer.hosts);
  for (GivenHost& host : all.given.hosts) leave_to(nearer, *variables, host);
  all.given.options = std::move(file->layer.options);
  lay_over(all.given.options, *std::move(variables));
  lay_over(all.given.options, words);
  return all;
}

}  // namespace xget::cli
