// What the options of `cp` and `sync` say of each file that is copied. Pure.
#pragma once

#include "cli/verb_words.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"
#include "xget/tree_copy.hpp"
#include "xget/upload.hpp"

namespace xget::cli {

// `common`: what the options of downloads say. Fails with Usage.
Result<UploadSpec> upload_settings(const VerbWords& own, const JobSpec& common);

// All below `source` to what `destination` begins. Fails with Usage.
Result<TreeCopySpec> tree_settings(const VerbWords& own, const JobSpec& common, std::string source,
                                   std::string destination);

}  // namespace xget::cli
