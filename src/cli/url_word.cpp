#include "cli/url_word.hpp"

#include <filesystem>
#include <string_view>

#include "base/metalink_name.hpp"
#include "base/text.hpp"
#include "cli/secret_text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr const char* kNoUrl = "if it is a host, give its URL: https://…";

// No host is called so.
bool is_file_name(std::string_view word) {
  if (word.starts_with('/') || word.starts_with("./") || word.starts_with("../")) return true;
  const bool bare = word.find_first_of("/:?#@") == std::string_view::npos;
  return bare && (is_metalink_name(word) || word.ends_with(".torrent"));
}

// A host alone: what it would be downloaded to has no name.
bool is_host_alone(std::string_view word) {
  return word.find_first_of("/:?#@[") == std::string_view::npos;
}

std::string remedy_for_file(const std::string& word) {
  if (word.ends_with(".torrent")) {
    return "--pieces " + word + " checks a URL's file against it";
  }
  return kNoUrl;
}

}  // namespace

Result<void> check_url_word(const std::string& word, bool named) {
  if (word.find("://") != std::string::npos) return {};
  const bool file_name = is_file_name(word);
  if (!file_name && (named || !is_host_alone(word))) return {};
  std::error_code unseen;
  const std::string shown = hide_url_secrets(printable(word)).text;
  if (std::filesystem::is_regular_file(word, unseen)) {
    if (is_metalink_name(word)) return {};
    return refuse_usage(shown, "it is a file that is here, and not a URL", remedy_for_file(word));
  }
  if (file_name) return refuse_usage(shown, "there is no such file", "check its name");
  if (word.find('.') != std::string::npos) return {};
  return refuse_usage(shown, "it is neither a URL nor a file",
                      std::string(kNoUrl) + "; xget --help tells more");
}

bool names_bucket(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos || slash + 1 == url.size();
}

}  // namespace xget::cli
