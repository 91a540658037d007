#include "xget/verification.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "api/option_error.hpp"
#include "api/partial_place.hpp"
#include "api/proof_files.hpp"
#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "engine/job_context.hpp"
#include "formats/checksum_spec.hpp"
#include "store/digest_check.hpp"
#include "store/disk_error.hpp"
#include "store/finished_files.hpp"
#include "store/load_sidecar.hpp"
#include "store/partial_use.hpp"
#include "store/posix_file_system.hpp"
#include "store/read_again.hpp"

namespace xget {
namespace {

constexpr const char* kOwnRecord = "xget's own record of when it finished it";

// A regular file to be read, and how it was before.
struct OpenedFile {
  std::shared_ptr<core::File> file;
  core::FileInfo info;
};

using Mark = std::optional<store::OriginMark>;

Result<OpenedFile> open_to_read(core::Folder& folder, const std::string& name,
                                const std::string& path) {
  auto file = folder.open(name, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  const auto info = (*file)->info();
  if (!info) return fail(info.error());
  if (!info->regular) return fail(store::disk_error("read", path, "it is no regular file"));
  return OpenedFile{*std::move(file), *info};
}

tl::unexpected<Error> busy(const std::string& path, std::string cause) {
  return fail({.code = ErrorCode::Busy,
               .operation = "verify",
               .subject = printable(path),
               .cause = std::move(cause),
               .remedy = "wait for the other one to end, then run the same command again"});
}

std::vector<FileRange> file_ranges(const RangeSet& set) {
  std::vector<FileRange> ranges;
  for (const ByteRange range : set.ranges()) ranges.push_back({range.begin, range.end});
  return ranges;
}

void take_ranges(const store::CheckedBytes& checked, Verification& verification) {
  verification.good = file_ranges(checked.good);
  verification.wrong = file_ranges(checked.bad);
}

// ---- a whole file -------------------------------------------------------------------------

bool names_a_proof(const VerifySpec& spec) {
  return !spec.checksum.empty() || !spec.checksum_file.empty() || !spec.pieces.empty();
}

// What the file must be, by what the user gave.
Result<engine::JobSettings> wanted(const VerifySpec& spec) {
  engine::JobSettings settings;
  settings.path = spec.path;
  if (!spec.checksum.empty() && !spec.checksum_file.empty()) {
    return api::option_error("--checksum-file", "contradicts --checksum: one of them tells");
  }
  if (api::is_fetched(spec.checksum_file)) {
    return api::option_error("--checksum-file", "it is a URL, and nothing is fetched to verify",
                             "download the list, and name the file");
  }
  if (!spec.checksum.empty()) {
    auto digest = formats::parse_checksum_spec(spec.checksum);
    if (!digest) return fail(std::move(digest.error()));
    settings.digest = *std::move(digest);
  }
  const JobSpec files{.pieces = spec.pieces, .checksum_file = spec.checksum_file};
  if (auto taken = api::take_proof_files(files, {spec.path}, settings); !taken) {
    return fail(std::move(taken.error()));
  }
  return settings;
}

Mark recorded(core::FileSystem& files, core::Folder& folder, const std::string& name,
              core::File& file, const std::string& state_folder) {
  if (state_folder.empty()) return store::find_mark(file, folder, name, nullptr);
  store::FinishedFiles elsewhere(files, state_folder);
  return store::find_mark(file, folder, name, &elsewhere);
}

std::string nothing_proves(const Mark& mark, const core::FileInfo& info) {
  const std::string begin = "nothing proves its bytes: ";
  if (!mark) return begin + "no digest was given, and xget left no record of it";
  if (!mark->is_of(info.size, info.mtime_ns)) {
    return begin + "it was changed since xget finished it, and no digest was given";
  }
  std::string version = mark->validators.strong_etag;
  if (version.empty()) version = mark->validators.last_modified;
  return begin + "its size and time are as xget left them" +
         (version.empty() ? "" : " (the server's version " + printable(version) + ")") +
         ", but no digest is known";
}

void add_words(std::string& to, const std::string& words, const char* joint) {
  to += to.empty() ? words : joint + words;
}

Result<void> judge_pieces(const OpenedFile& opened, const engine::JobSettings& settings,
                          Verification& verification) {
  const auto checked =
      store::check_pieces(opened.file, *settings.pieces, opened.info.size, settings.path);
  if (!checked && checked.error().code == ErrorCode::Checksum) {
    verification.verdict = Verdict::Wrong;
    verification.cause = checked.error().cause;
    return {};
  }
  if (!checked) return fail(checked.error());
  take_ranges(*checked, verification);
  if (!checked->bad.empty()) {
    verification.verdict = Verdict::Wrong;
    verification.cause = format_size(checked->bad.size()) + " are not those of its pieces";
  } else if (checked->good.size() == opened.info.size) {
    verification.verdict = Verdict::Holds;
  } else {
    verification.cause = "the pieces say nothing of " +
                         format_size(opened.info.size - checked->good.size()) +
                         " that they share with other files";
  }
  return {};
}

Result<void> judge_digest(const OpenedFile& opened, const engine::JobSettings& settings,
                          Verification& verification) {
  const auto hex = store::read_digest(opened.file, opened.info.size, settings.digest->algorithm);
  if (!hex) return fail(hex.error());
  const auto match =
      store::compare_digests(*settings.digest, *hex, settings.path, settings.digest_by);
  if (!match) {
    verification.verdict = Verdict::Wrong;
    add_words(verification.cause, match.error().cause, "; ");
  } else if (verification.verdict != Verdict::Wrong) {
    verification.verdict = Verdict::Holds;
    verification.cause.clear();
    verification.good = file_ranges(RangeSet({0, opened.info.size}));
  }
  return {};
}

std::string against(const engine::JobSettings& settings) {
  std::string words;
  if (settings.pieces) words = "the pieces in " + settings.pieces_by;
  if (!settings.digest) return words;
  const std::string digest = to_string(settings.digest->algorithm);
  const std::string& by = settings.digest_by;
  add_words(words, by.empty() ? "the given " + digest : digest + " in " + by, " and ");
  return words;
}

Result<Verification> judge_whole(const OpenedFile& opened, const engine::JobSettings& settings,
                                 const Mark& mark) {
  Verification verification;
  verification.file = settings.path;
  verification.size = opened.info.size;
  verification.against = against(settings);
  if (!settings.digest && !settings.pieces) {
    verification.cause = nothing_proves(mark, opened.info);
    return verification;
  }
  if (settings.size.value_or(opened.info.size) != opened.info.size) {
    verification.verdict = Verdict::Wrong;
    verification.cause = "it has " + std::to_string(opened.info.size) + " bytes, and not " +
                         std::to_string(*settings.size);
    return verification;
  }
  if (settings.pieces) {
    if (auto judged = judge_pieces(opened, settings, verification); !judged) {
      return fail(std::move(judged.error()));
    }
  }
  if (settings.digest) {
    if (auto judged = judge_digest(opened, settings, verification); !judged) {
      return fail(std::move(judged.error()));
    }
  }
  const auto after = opened.file->info();
  if (!after) return fail(after.error());
  if (after->size != opened.info.size || after->mtime_ns != opened.info.mtime_ns) {
    return busy(settings.path, "it was changed while it was read");
  }
  return verification;
}

Result<Verification> verify_whole(const VerifySpec& spec) {
  auto settings = wanted(spec);
  if (!settings) return fail(std::move(settings.error()));
  const PathParts parts = parts_of(spec.path);
  const std::string name(parts.name);
  store::PosixFileSystem files;
  const auto folder = files.open_folder(std::string(parts.folder));
  if (!folder) return fail(folder.error());
  const auto opened = open_to_read(**folder, name, spec.path);
  if (!opened) return fail(opened.error());
  if (names_a_proof(spec)) return judge_whole(*opened, *settings, std::nullopt);
  const Mark mark = recorded(files, **folder, name, *opened->file, spec.state_folder);
  if (mark && mark->digest) {  // what xget checked the bytes against
    settings->digest = mark->digest;
    settings->digest_by = kOwnRecord;
  }
  return judge_whole(*opened, *settings, mark);
}

// ---- a partial ----------------------------------------------------------------------------

Verification judge_claims(const OpenedFile& opened, const store::Sidecar& sidecar) {
  Verification verification;
  verification.size = sidecar.size;
  verification.against = "the digests in its sidecar";
  const auto checked = store::check_claims(opened.file, sidecar);
  take_ranges(checked, verification);
  verification.verdict = checked.bad.empty() ? Verdict::Holds : Verdict::Wrong;
  if (!checked.bad.empty()) {
    verification.cause = format_size(checked.bad.size()) +
                         " are not what was written; the next run fetches them again";
  }
  return verification;
}

Result<Verification> verify_partial(const std::string& file, const std::string& checkpoints) {
  const auto place = api::open_place(file, checkpoints);
  if (!place) return fail(place.error());
  const auto in_use = [&] { return store::partial_in_use(partial_of(file), lock_of(file)); };
  if (in_use()) return busy(partial_of(file), "another xget is downloading to it");
  const auto opened = open_to_read(*place->folder, partial_of(place->name), partial_of(file));
  if (!opened) return fail(opened.error());
  const auto sidecar = store::load_sidecar(*place->sidecars, place->sidecar);
  Verification verification;
  if (sidecar) {
    verification = judge_claims(*opened, *sidecar);
    // A run that came meanwhile may have written some of it anew.
    const auto now = store::load_sidecar(*place->sidecars, place->sidecar);
    if (in_use() || !now || now->generation != sidecar->generation) {
      return busy(partial_of(file), "another xget downloaded to it meanwhile");
    }
  } else {
    verification.cause = "nothing proves its bytes: " + sidecar.error();
  }
  verification.file = partial_of(file);
  verification.partial = true;
  return verification;
}

tl::unexpected<Error> refuse(const std::string& path, std::string cause, std::string remedy = "") {
  return fail({.code = ErrorCode::Usage,
               .operation = "verify",
               .subject = printable(path),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

}  // namespace

Result<Verification> verify(const VerifySpec& spec) {
  const std::string_view name = parts_of(spec.path).name;
  if (name.empty() || name == "." || name == "..") return refuse(spec.path, "it is a folder");
  struct stat status {};
  if (::lstat(spec.path.c_str(), &status) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return fail(store::disk_error("look at", spec.path, errno));
  }
  const bool given = names_a_proof(spec);
  if (api::is_there(spec.path)) {
    if (given || !api::is_partial_name(spec.path)) return verify_whole(spec);
    return verify_partial(api::file_of_partial(spec.path), spec.checkpoint_folder);
  }
  if (!api::is_there(partial_of(spec.path))) return refuse(spec.path, "there is no such file");
  if (given) {
    return refuse(spec.path, "it is not whole yet: there is " + printable(partial_of(spec.path)),
                  "without a digest its own record is checked; xget status says what goes on");
  }
  return verify_partial(spec.path, spec.checkpoint_folder);
}

}  // namespace xget
