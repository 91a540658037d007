#include "cli/verb_settings.hpp"

#include "cli/configuration.hpp"

namespace xget::cli {

Result<std::string> checkpoint_folder(const VerbWords& words) {
  if (const auto given = words.options.find("checkpoint-dir"); given != words.options.end()) {
    return given->second;
  }
  const auto configuration = configure({}, own_environment());
  if (!configuration) return fail(configuration.error());
  const std::string* folder = configuration->given.last(OptionId::CheckpointFolder);
  return folder == nullptr ? "" : *folder;
}

}  // namespace xget::cli
