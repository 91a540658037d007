#include "sim/oracle.hpp"

#include <algorithm>
#include <string_view>

#include "base/digest.hpp"
#include "sim/scenario.hpp"
#include "store/sidecar.hpp"

namespace xget::sim {
namespace {

constexpr std::string_view kSidecarSuffix = ".partial.json";

// What differs between these bytes and the version that they begin with.
std::string describe(const std::vector<std::byte>& bytes, const Resource& resource) {
  std::string text = std::to_string(bytes.size()) + " bytes";
  for (const Version& version : resource.versions()) {
    const auto wrong = first_difference(version.id, 0, bytes);
    text += ", version " + std::to_string(version.id) + " (" + std::to_string(version.size) +
            ") up to " + (wrong ? std::to_string(*wrong) : "its end");
  }
  return text;
}

std::optional<std::string> check_digest(const std::vector<std::byte>& bytes, ByteRange range,
                                        const PieceDigest& digest) {
  const std::string where =
      "[" + std::to_string(range.begin) + ", " + std::to_string(range.end) + ")";
  if (range.end > bytes.size()) return "the sidecar claims " + where + ", past the partial's end";
  const auto claimed = std::span(bytes).subspan(range.begin, range.length());
  if (piece_digest(claimed) == digest) return std::nullopt;
  return "the sidecar claims " + where + ", and it is not there";
}

std::optional<std::string> check_sidecar(const SimDisk& disk, const store::Sidecar& sidecar) {
  const std::string partial = std::string(kTarget) + ".partial";
  // Between the rename to the final name and the sidecar's removal it speaks of FILE.
  const std::string path = disk.content(partial) != nullptr ? partial : kTarget;
  const auto* bytes = disk.content(path);
  if (bytes == nullptr || disk.inode(path) != sidecar.inode) return std::nullopt;
  for (const auto& [index, digest] : sidecar.pieces) {
    const std::uint64_t begin = index * sidecar.piece_length;
    const ByteRange piece{begin, std::min(begin + sidecar.piece_length, sidecar.size)};
    if (auto wrong = check_digest(*bytes, piece, digest)) return wrong;
  }
  for (const auto& run : sidecar.runs) {
    if (auto wrong = check_digest(*bytes, run.range, run.digest)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Version> whole_version(const std::vector<std::byte>& bytes,
                                     const Resource& resource) {
  for (const Version& version : resource.versions()) {
    if (version.size == bytes.size() && !first_difference(version.id, 0, bytes)) return version;
  }
  return std::nullopt;
}

std::optional<std::string> check_stream(const std::vector<std::byte>& bytes,
                                        const Resource& resource) {
  for (const Version& version : resource.versions()) {
    if (bytes.size() <= version.size && !first_difference(version.id, 0, bytes)) {
      return std::nullopt;
    }
  }
  return "the output is the beginning of no version: " + describe(bytes, resource);
}

std::optional<std::string> check_target(const SimDisk& disk, const Resource& resource,
                                        const std::vector<std::byte>* before) {
  const auto* bytes = disk.content(kTarget);
  if (bytes == nullptr || (before != nullptr && *bytes == *before)) return std::nullopt;
  if (whole_version(*bytes, resource)) return std::nullopt;
  return "under the final name is no version of the resource: " + describe(*bytes, resource);
}

std::optional<std::string> check_claims(const SimDisk& disk) {
  for (const char* folder : {kFolder, kCheckpointFolder}) {
    for (const std::string& name : disk.names(folder)) {
      if (!name.ends_with(kSidecarSuffix)) continue;
      const auto* bytes = disk.content(std::string(folder) + "/" + name);
      const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
      const auto sidecar = store::parse_sidecar(text);
      if (!sidecar) return "the sidecar is not whole: " + sidecar.error().cause;
      if (auto wrong = check_sidecar(disk, *sidecar)) return wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_nothing_left(const SimDisk& disk) {
  const std::string target = std::string(kTarget).substr(std::string_view(kFolder).size() + 1);
  for (const char* folder : {kFolder, kCheckpointFolder}) {
    for (const std::string& name : disk.names(folder)) {
      if (name != target) return "left behind: " + name;
    }
  }
  return std::nullopt;
}

}  // namespace xget::sim
