#include "cli/list_entry.hpp"

#include <span>

#include "base/json_object.hpp"

namespace xget::cli {

std::string list_entry(const JobSpec& job, const JobSpec& common) {
  JsonObject entry;
  entry.with("url", job.url);
  if (!job.mirrors.empty()) entry.with("mirrors", std::span<const std::string>(job.mirrors));
  if (!job.output.empty()) entry.with("out", job.output);
  if (!job.folder.empty()) entry.with("dir", job.folder);
  if (!job.checksum.empty()) entry.with("checksum", job.checksum);
  if (job.size) entry.with("size", *job.size);
  if (job.metalink == MetalinkUse::Always) entry.with("metalink", true);
  const auto own = std::span<const std::string>(job.headers).subspan(common.headers.size());
  if (!own.empty()) entry.with("headers", own);
  if (job.referer != common.referer) entry.with("referer", job.referer);
  if (job.user_agent != common.user_agent) entry.with("user_agent", job.user_agent);
  const auto colon = job.user_password.find(':');
  if (colon != std::string::npos && job.user_password != common.user_password) {
    entry.with("http_user", job.user_password.substr(0, colon));
    entry.with("http_passwd", job.user_password.substr(colon + 1));
  }
  return entry.text();
}

}  // namespace xget::cli
