#include "cli/foreign_option.hpp"

#include <algorithm>
#include <array>

namespace xget::cli {
namespace {

struct ForeignOption {
  std::string_view name;
  std::string_view here;  // an option, or words
};

// Those that somebody who comes from there types unthinkingly. Where a letter means two things,
// both are told.
constexpr std::array<ForeignOption, 48> kForeign{{
    {"-C", "--resume"},
    {"-J", "--content-disposition"},
    {"-L", "redirects are followed unasked"},
    {"-O", "the URL names the file unasked; -o FILE gives it another name"},
    {"-P", "--dir DIR"},
    {"-T", "--stall-timeout TIME"},
    {"-U", "--user-agent TEXT; a proxy's login is part of --proxy"},
    {"-b", "--cookies FILE"},
    {"-f", "an HTTP error is a failure unasked"},
    {"-k", "--insecure"},
    {"-s", "curl's -s is --quiet here, aria2's is -n N"},
    {"-t", "--retry N"},
    {"-x", "curl's -x is --proxy URL here, aria2's is -n N"},
    {"--all-proxy", "--proxy URL"},
    {"--allow-overwrite", "--overwrite"},
    {"--auto-file-renaming", "--auto-rename"},
    {"--ca-certificate", "--cacert FILE"},
    {"--certificate", "--cert FILE"},
    {"--conditional-get", "--timestamping"},
    {"--continue", "--resume"},
    {"--continue-at", "--resume"},
    {"--cookie", "--cookies FILE"},
    {"--directory-prefix", "--dir DIR"},
    {"--etag-compare", "--etag FILE"},
    {"--etag-save", "--etag FILE"},
    {"--fail", "an HTTP error is a failure unasked"},
    {"--file-allocation", "--preallocate full|sparse|none"},
    {"--http-passwd", "--user USER:PASSWORD"},
    {"--http-password", "--user USER:PASSWORD"},
    {"--http-user", "--user USER:PASSWORD"},
    {"--load-cookies", "--cookies FILE"},
    {"--location-trusted", "redirects are followed unasked, without the login"},
    {"--max-concurrent-downloads", "--jobs N"},
    {"--max-connection-per-server", "--max-connections-per-host N"},
    {"--max-download-limit", "--limit-rate RATE"},
    {"--max-overall-download-limit", "--limit-rate RATE"},
    {"--max-redirect", "redirects are followed unasked, and their number is bounded"},
    {"--max-redirs", "redirects are followed unasked, and their number is bounded"},
    {"--max-tries", "--retry N"},
    {"--no-check-certificate", "--insecure"},
    {"--no-clobber", "--no-overwrite"},
    {"--output-document", "--output FILE"},
    {"--private-key", "--key FILE"},
    {"--remote-header-name", "--content-disposition"},
    {"--remote-name", "the URL names the file unasked; -o FILE gives it another name"},
    {"--save-cookies", "--cookie-jar FILE"},
    {"--split", "-n N"},
    {"--tries", "--retry N"},
}};

}  // namespace

std::optional<std::string> foreign_option_text(std::string_view word) {
  const std::size_t end = word.starts_with("--") ? word.find('=') : 2;
  const auto found = std::find_if(kForeign.begin(), kForeign.end(), [&](const ForeignOption& one) {
    return one.name == word.substr(0, end);
  });
  if (found == kForeign.end()) return std::nullopt;
  const std::string here(found->here);
  return here.starts_with('-') ? "that is " + here + " here" : here;
}

}  // namespace xget::cli
