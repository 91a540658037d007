#include "cli/sync_verb.hpp"

#include <utility>

#include "cli/copy_command.hpp"
#include "cli/copy_settings.hpp"
#include "cli/usage_error.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

Result<TreeCompare> compare_of(const VerbWords& own) {
  if (own.has("size-only") && own.has("checksum")) {
    return refuse_usage("--size-only", "and --checksum compare in two ways", "choose one of them");
  }
  if (own.has("size-only")) return TreeCompare::Size;
  return own.has("checksum") ? TreeCompare::Digest : TreeCompare::SizeAndTime;
}

TreeRemoval removal_of(const VerbWords& own) {
  if (own.has("delete-after")) return TreeRemoval::Afterwards;
  // What is removed before the new files are in their places would be missing meanwhile.
  if (own.has("delete") && own.has("delay-updates")) return TreeRemoval::Afterwards;
  return own.has("delete") ? TreeRemoval::AtOnce : TreeRemoval::Never;
}

Result<std::string> staging_of(const VerbWords& own, const std::string& destination) {
  if (!own.has("delay-updates")) return "";
  if (is_object_url(destination)) {
    return refuse_usage("--delay-updates", "is for folders: an object is replaced in one step");
  }
  // Named as what belongs to unfinished files, which nobody copies or removes.
  return destination + (destination.ends_with('/') ? "" : "/") + ".xget-updates.partial";
}

Result<NamedJobs> tree_of(const VerbWords& own, std::vector<std::string> words,
                          const JobSpec& common) {
  if (words.size() != 2) return refuse_usage("", "xget sync needs one SRC and one DST");
  auto spec = tree_settings(own, common, std::move(words.front()), std::move(words.back()));
  if (!spec) return fail(std::move(spec.error()));
  auto compare = compare_of(own);
  if (!compare) return fail(std::move(compare.error()));
  spec->compare = *compare;
  spec->removal = removal_of(own);
  auto staging = staging_of(own, spec->destination);
  if (!staging) return fail(std::move(staging.error()));
  spec->staging = *std::move(staging);
  spec->download.existing = Existing::Overwrite;
  return NamedJobs{.downloads = {}, .uploads = {}, .trees = {*std::move(spec)}};
}

}  // namespace

ExitCode synchronise(const CommandLine& line) { return run_copies(line, tree_of); }

}  // namespace xget::cli
