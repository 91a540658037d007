// The names that a download uses beside FILE's own. It creates, replaces and removes nothing under
// any other, so whoever asks which names are taken need ask nobody else.
//
//   FILE.partial           the bytes until they are whole and proven
//   FILE.partial.json      the sidecar: which of them are safe, and of which version
//   FILE.partial.json.tmp  the next sidecar while it is written
//   FILE.partial.old       a partial of another version, kept until the new version is whole
//   FILE.partial.mark      says that this is what xget set aside there, and nobody else's file
//   FILE.partial.lock      only where the file system has no locks
//   FILE.partial.copy      FILE while it is made from another file with the same bytes
//
// In --checkpoint-dir, which many files may share, the sidecar's name carries a hash of FILE's
// path. Pure. `file` is FILE as a name in its folder, or its path.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace xget {

inline constexpr std::string_view kPartialSuffix = ".partial";
inline constexpr std::string_view kSidecarSuffix = ".partial.json";
inline constexpr std::string_view kSidecarDraftSuffix = ".partial.json.tmp";
inline constexpr std::string_view kSetAsideSuffix = ".partial.old";
inline constexpr std::string_view kMarkSuffix = ".partial.mark";
inline constexpr std::string_view kLockSuffix = ".partial.lock";
inline constexpr std::string_view kDuplicateSuffix = ".partial.copy";
inline constexpr std::array kSuffixesBesideFile{
    kPartialSuffix, kSidecarSuffix, kSidecarDraftSuffix, kSetAsideSuffix,
    kMarkSuffix,    kLockSuffix,    kDuplicateSuffix};

// What the longest of them adds to a name, in bytes.
inline constexpr std::size_t kLongestSuffixBesideFile =
    std::max_element(kSuffixesBesideFile.begin(), kSuffixesBesideFile.end(),
                     [](auto a, auto b) { return a.size() < b.size(); }) -> size();
// The same where the sidecar has a name of its own, as it may.
inline constexpr std::size_t kLongestSuffixBesideSidecar =
    std::max({kPartialSuffix.size(), kSetAsideSuffix.size(), kMarkSuffix.size(), kLockSuffix.size(),
              kDuplicateSuffix.size()});

std::string partial_of(std::string_view file);
std::string sidecar_of(std::string_view file);
std::string set_aside_of(std::string_view file);
std::string mark_of(std::string_view file);
std::string lock_of(std::string_view file);
std::string duplicate_of(std::string_view file);

// The next sidecar while it is written. `sidecar` is any sidecar's name, a hashed one too.
std::string draft_of(std::string_view sidecar);

// The sidecar's name where FILE's own does not do: so much of FILE's name as fits `longest` bytes,
// draft included, then a hash of its absolute path. The path is not resolved: another spelling
// merely finds no sidecar.
std::string hashed_sidecar_of(const std::string& path, std::size_t longest);

}  // namespace xget
