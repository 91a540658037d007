#include "cli/copy_settings.hpp"

#include <utility>

#include "base/units.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {

Result<UploadSpec> upload_settings(const VerbWords& own, const JobSpec& common) {
  UploadSpec spec;
  const auto take = [&](const char* name, std::string& into) {
    const auto given = own.options.find(name);
    if (given != own.options.end()) into = given->second;
  };
  take("content-type", spec.content_type);
  take("storage-class", spec.storage_class);
  take("acl", spec.acl);
  take("cache-control", spec.cache_control);
  take("sse", spec.encryption);
  take("sse-kms-key-id", spec.kms_key_id);
  std::string part_size;
  take("part-size", part_size);
  if (!part_size.empty()) {
    spec.part_size = parse_size(part_size);
    if (!spec.part_size) return refuse_usage("--part-size", "needs a size, like 16M");
  }
  for (const auto& [name, value] : own.all) {
    if (name != "metadata") continue;
    const auto equals = value.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return refuse_usage("--metadata", "needs KEY=VALUE");
    }
    spec.metadata.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  spec.keep_existing = own.has("no-clobber");
  spec.on_change = common.on_change;
  spec.dry_run = common.dry_run;
  return spec;
}

Result<TreeCopySpec> tree_settings(const VerbWords& own, const JobSpec& common, std::string source,
                                   std::string destination) {
  auto upload = upload_settings(own, common);
  if (!upload) return fail(std::move(upload.error()));
  TreeCopySpec spec{.source = std::move(source),
                    .destination = std::move(destination),
                    .upload = *std::move(upload),
                    .download = common,
                    .rules = {},
                    .follow_links = own.has("follow-symlinks")};
  for (const auto& [name, value] : own.all) {
    if (name == "include" || name == "exclude") spec.rules.push_back({name == "include", value});
  }
  return spec;
}

}  // namespace xget::cli
