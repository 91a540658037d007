// Which files --include and --exclude leave. The rules stand in the order in which the user gave
// them, and the last one that takes a path decides, as with the AWS CLI; what none takes is
// included. So
// `--exclude '*' --include '*.jpg'` means pictures alone, and so may what is in an excluded folder
// be included again. Unlike there, "*" ends at a "/" (glob.hpp), and a rule that takes a folder
// takes all that is in it. Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remote/glob.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct FilterRule {
  bool include = false;
  std::string pattern;
};

class GlobFilter {
 public:
  GlobFilter() = default;  // takes everything
  // Fails with Usage, by the first pattern that is none.
  static Result<GlobFilter> create(const std::vector<FilterRule>& rules);

  // `path`: a file's, relative to the folder or prefix that the rules are for.
  [[nodiscard]] bool takes(std::string_view path) const;

  // Whether a file below this folder may be taken; if not, nobody needs to walk or list it.
  // `folder`: likewise relative, with or without a "/" at its end; empty: the topmost.
  [[nodiscard]] bool may_take_below(std::string_view folder) const;

 private:
  struct Rule {
    bool include = false;
    Glob glob;
  };

  std::vector<Rule> rules_;  // the last that was given comes first
};

}  // namespace xget::remote
