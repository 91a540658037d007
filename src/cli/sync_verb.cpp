#include "cli/sync_verb.hpp"

#include <utility>

#include "cli/copy_command.hpp"
#include "cli/copy_settings.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

Result<TreeCompare> compare_of(const VerbWords& own) {
  if (own.has("size-only") && own.has("checksum")) {
    return refuse_usage("--size-only", "and --checksum compare in two ways", "choose one of them");
  }
  if (own.has("size-only")) return TreeCompare::Size;
  return own.has("checksum") ? TreeCompare::Digest : TreeCompare::SizeAndTime;
}

Result<NamedJobs> tree_of(const VerbWords& own, std::vector<std::string> words,
                          const JobSpec& common) {
  if (words.size() != 2) return refuse_usage("", "xget sync needs one SRC and one DST");
  auto spec = tree_settings(own, common, std::move(words.front()), std::move(words.back()));
  if (!spec) return fail(std::move(spec.error()));
  auto compare = compare_of(own);
  if (!compare) return fail(std::move(compare.error()));
  spec->compare = *compare;
  spec->download.existing = Existing::Overwrite;
  return NamedJobs{.downloads = {}, .uploads = {}, .trees = {*std::move(spec)}};
}

}  // namespace

ExitCode synchronise(const CommandLine& line) { return run_copies(line, tree_of); }

}  // namespace xget::cli
