#include "base/partial_names.hpp"

#include <filesystem>
#include <span>
#include <system_error>

#include "base/digest.hpp"

namespace xget {
namespace {

constexpr std::string_view kDraftEnding = kSidecarDraftSuffix.substr(kSidecarSuffix.size());

std::string joined(std::string_view file, std::string_view suffix) {
  return std::string(file) += suffix;
}

}  // namespace

std::string partial_of(std::string_view file) { return joined(file, kPartialSuffix); }
std::string sidecar_of(std::string_view file) { return joined(file, kSidecarSuffix); }
std::string set_aside_of(std::string_view file) { return joined(file, kSetAsideSuffix); }
std::string mark_of(std::string_view file) { return joined(file, kMarkSuffix); }
std::string lock_of(std::string_view file) { return joined(file, kLockSuffix); }
std::string duplicate_of(std::string_view file) { return joined(file, kDuplicateSuffix); }
std::string draft_of(std::string_view sidecar) { return joined(sidecar, kDraftEnding); }

std::string hashed_sidecar_of(const std::string& path, std::size_t longest) {
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(path, ignored).lexically_normal();
  auto digester = Digester::create(DigestAlgorithm::Xxh3_64);
  digester->update(std::as_bytes(std::span(absolute.native())));
  const std::string tail = sidecar_of("." + digester->finish_hex());
  const std::size_t room = longest - std::min(longest, draft_of(tail).size());
  const std::string name = absolute.filename().string();
  std::size_t keep = std::min(room, name.size());
  // Not in the middle of a UTF-8 character.
  while (keep > 0 && keep < name.size() && (name[keep] & 0xc0) == 0x80) --keep;
  return name.substr(0, keep) + tail;
}

}  // namespace xget
