#include "api/etag_file.hpp"

#include "api/kept_file.hpp"
#include "api/option_error.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"
#include "core/validator.hpp"

namespace xget::api {
namespace {

constexpr const char* kOption = "--etag";
constexpr std::size_t kMostBytes = 8 * 1024;  // no server takes a longer header

}  // namespace

Result<std::string> read_etag_file(const std::string& path) {
  const auto there = check_kept_file(kOption, path);
  if (!there) return fail(there.error());
  if (!*there) return std::string();
  const auto file = read_whole_file(path, kMostBytes);
  if (!file) return option_error(kOption, printable(path) + " cannot be read: " + file.error());
  const std::size_t end = file->text.find_last_not_of(" \t\r\n") + 1;  // 0: it is empty
  std::string etag = file->text.substr(0, end);
  if (!etag.empty() && !core::validators_of_tag(etag)) {
    return option_error(kOption,
                        printable(path) + " holds something else than an ETag, like \"5e3-1a\"");
  }
  return etag;
}

Result<void> write_etag_file(const std::string& path, const std::string& etag) {
  return write_kept_file("keep the ETag", path, etag.empty() ? "" : etag + "\n",
                         Readers::AsUmaskSays);
}

}  // namespace xget::api
