#include "api/choose_target.hpp"

#include <utility>

#include "api/check_target.hpp"
#include "api/option_error.hpp"
#include "base/path_parts.hpp"
#include "formats/file_name.hpp"

namespace xget::api {
namespace {

Result<std::string> path_of(const JobSpec& spec, const NameInUrl& in_url) {
  if (spec.output == "-") return std::string("-");
  std::string name = spec.output;
  if (name.empty()) {
    auto safe = formats::safe_file_name(in_url.last);
    if (!safe) {
      return option_error(in_url.shown, "the URL ends in no name for a file",
                          "name the file with -o FILE");
    }
    name = *std::move(safe);
  }
  if (name.find('\0') != std::string::npos)
    return option_error("--output", "has a NUL in its name");
  if (name.back() == '/')
    return option_error(name, "it names a folder", "-d DIR names the folder, -o FILE the file");
  return name.front() == '/' ? name : path_in(spec.folder, name);
}

}  // namespace

Result<ChosenTarget> choose_target(const JobSpec& spec, const NameInUrl& name) {
  auto path = path_of(spec, name);
  if (!spec.content_disposition) {
    if (!path) return fail(std::move(path.error()));
    if (*path != "-") {
      if (auto free = check_target(*path); !free) return fail(std::move(free.error()));
    }
    return ChosenTarget{*std::move(path), std::nullopt};
  }
  if (!spec.output.empty()) {
    return option_error("--content-disposition",
                        "contradicts --output: the server names the file, or you",
                        "-d DIR names the folder");
  }
  return ChosenTarget{path ? *std::move(path) : "", spec.folder};
}

}  // namespace xget::api
