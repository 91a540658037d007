#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "api/partial_place.hpp"
#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "net/system_clock.hpp"
#include "store/duplicate.hpp"
#include "store/load_sidecar.hpp"
#include "store/partial_use.hpp"
#include "store/posix_file_system.hpp"
#include "store/read_again.hpp"
#include "store/set_aside.hpp"
#include "store/target.hpp"
#include "xget/leftover.hpp"

namespace xget {
namespace {

constexpr const char* kInUse = "another xget is downloading to it";

// Looks at one name after the other.
class Look {
 public:
  explicit Look(const api::OpenPlace& place) : place_(place) { leftover_.file = place.file; }

  Result<Leftover> take() {
    if (auto done = draft(); !done) return fail(std::move(done.error()));
    if (auto done = partial(); !done) return fail(std::move(done.error()));
    if (auto done = duplicate(); !done) return fail(std::move(done.error()));
    const auto aside = store::set_aside_files(*place_.folder, place_.name);
    if (!aside) return fail(aside.error());
    for (const std::string& name : *aside) {
      if (auto done = add(*place_.folder, place_.prefix, name); !done) {
        return fail(std::move(done.error()));
      }
    }
    if (newest_ns_ > 0) {
      const auto now = std::chrono::nanoseconds(net::SystemClock().wall_now().time_since_epoch());
      const auto since = now - std::chrono::nanoseconds(newest_ns_);
      leftover_.unchanged_for =
          std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(since));
    }
    return std::move(leftover_);
  }

 private:
  Result<void> add(core::Folder& folder, const std::string& prefix, const std::string& name) {
    const auto info = folder.info(name);
    if (!info) return fail(info.error());
    if (!*info) return {};
    leftover_.paths.push_back(prefix + name);
    leftover_.bytes += (*info)->size;
    newest_ns_ = std::max(newest_ns_, (*info)->mtime_ns);
    return {};
  }

  Result<void> add_sidecar(const std::string& name) {
    return add(*place_.sidecars, place_.sidecar_prefix, name);
  }

  void keep(const std::string& path, const std::string& why) {
    if (!leftover_.kept.empty()) leftover_.kept += "; ";
    leftover_.kept += printable(path) + ": " + why;
  }

  Result<void> draft() {
    const std::string name = draft_of(place_.sidecar);
    const auto info = place_.sidecars->info(name);
    if (!info) return fail(info.error());
    if (!*info) return {};
    if (store::load_sidecar(*place_.sidecars, name)) return add_sidecar(name);
    keep(place_.sidecar_prefix + name, "nothing shows that it is xget's");
    return {};
  }

  Result<void> partial() {
    const std::string name = partial_of(place_.name);
    const auto info = place_.folder->info(name);
    if (!info) return fail(info.error());
    const auto sidecar = store::load_sidecar(*place_.sidecars, place_.sidecar);
    if (*info) {
      if (const std::string why = foreign(name, **info, sidecar); !why.empty()) {
        keep(place_.path_of(name), why);
        return {};
      }
    }
    if (sidecar) {
      if (auto done = add_sidecar(place_.sidecar); !done) return done;
    } else if (const auto there = place_.sidecars->info(place_.sidecar); there && *there) {
      keep(place_.sidecar_prefix + place_.sidecar, sidecar.error());
    }
    return *info ? add(*place_.folder, place_.prefix, name) : Result<void>{};
  }

  Result<void> duplicate() {
    const std::string name = duplicate_of(place_.name);
    const auto info = place_.folder->info(name);
    if (!info) return fail(info.error());
    if (!*info) return {};
    const auto ours = store::is_unfinished_duplicate(*place_.folder, place_.name);
    if (!ours) return fail(ours.error());
    if (*ours) return add(*place_.folder, place_.prefix, name);
    keep(place_.path_of(name), "nothing shows that it is xget's");
    return {};
  }

  // Why it cannot be told that a partial is xget's; empty: it can. What it is called says nothing,
  // and neither does a sidecar alone, which another program's file may have come under.
  std::string foreign(const std::string& name, const core::FileInfo& info,
                      const tl::expected<store::Sidecar, std::string>& sidecar) {
    if (!info.regular || !info.ours) return "it is no regular file of this user";
    if (info.links != 1) return "it has more than one name";
    if (!sidecar) return "nothing shows that it is xget's: " + sidecar.error();
    auto file = place_.folder->open(name, core::Access::Read);
    if (!file) return file.error().cause;
    if (store::any_claim_holds(*std::move(file), *sidecar)) return "";
    return "nothing shows that it is xget's: no bytes in it are those of its sidecar";
  }

  const api::OpenPlace& place_;
  Leftover leftover_;
  std::int64_t newest_ns_ = 0;
};

bool in_use(const std::string& file) {
  return store::partial_in_use(partial_of(file), lock_of(file)) ||
         store::partial_in_use(duplicate_of(file), lock_of(file));
}

Result<Leftover> leftover_of(const std::string& file, const std::string& checkpoints) {
  const auto place = api::open_place(file, checkpoints);
  if (!place) return fail(place.error());
  if (in_use(file)) {
    Leftover leftover;
    leftover.file = file;
    leftover.kept = printable(partial_of(file)) + ": " + kInUse;
    if (api::is_there(lock_of(file))) {
      leftover.kept += ", or was stopped while it did: if no other xget runs, remove " +
                       printable(lock_of(file));
    }
    return leftover;
  }
  return Look(*place).take();
}

// FILE, of one of the names beside it.
std::string file_beside(const std::string& path) {
  const std::string_view name = parts_of(path).name;
  for (const std::string_view suffix : kSuffixesBesideFile) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return path.substr(0, path.size() - suffix.size());
    }
  }
  return "";
}

Result<std::vector<std::string>> files_in(const std::string& folder) {
  const auto names = api::names_in(folder);
  if (!names) return fail(names.error());
  std::set<std::string> files;
  for (const std::string& name : *names) {
    if (const std::string file = file_beside(name); !file.empty()) {
      files.insert(api::as_prefix(folder) + file);
    }
  }
  return std::vector<std::string>(files.begin(), files.end());
}

tl::unexpected<Error> nothing_there(const std::string& path) {
  return fail({.code = ErrorCode::Usage,
               .operation = "look for what a download left",
               .subject = printable(path),
               .cause = "there is nothing: neither a folder nor " + printable(partial_of(path)),
               .remedy = "xget clean DIR lists what is in a folder"});
}

}  // namespace

Result<std::vector<Leftover>> find_leftovers(const std::string& path,
                                             const std::string& checkpoint_folder) {
  struct stat status {};
  const bool is_folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  std::vector<std::string> files{path};
  if (is_folder) {
    auto found = files_in(path);
    if (!found) return fail(std::move(found.error()));
    files = *std::move(found);
  } else if (const std::string file = file_beside(path); !file.empty() && api::is_there(path)) {
    files = {file};
  }
  std::vector<Leftover> leftovers;
  for (const std::string& file : files) {
    auto leftover = leftover_of(file, checkpoint_folder);
    if (!leftover) return fail(std::move(leftover.error()));
    if (!leftover->paths.empty() || !leftover->kept.empty()) {
      leftovers.push_back(*std::move(leftover));
    }
  }
  if (leftovers.empty() && !is_folder) return nothing_there(path);
  return leftovers;
}

Result<Leftover> remove_leftover(const std::string& file, const std::string& checkpoint_folder) {
  const auto place = api::open_place(file, checkpoint_folder);
  if (!place) return fail(place.error());
  store::PosixFileSystem files;
  const auto target = store::Target::open(files, file, checkpoint_folder);
  if (!target) return fail(target.error());
  // Held until all is done. What is no regular file of ours it refuses.
  const auto partial = (*target)->open_partial();
  if (!partial) return fail(partial.error());
  auto leftover = Look(*place).take();
  if (!leftover) return leftover;
  // The partial behind its sidecar, as a run that finds it gone may begin at once.
  for (const std::string& path : leftover->paths) {
    const std::string name(parts_of(path).name);
    const bool is_record = name == place->sidecar || name == draft_of(place->sidecar);
    core::Folder& folder = is_record ? *place->sidecars : *place->folder;
    if (auto removed = folder.remove(name); !removed) return fail(std::move(removed.error()));
  }
  if (auto synced = place->folder->sync(); !synced) return fail(std::move(synced.error()));
  return leftover;
}

}  // namespace xget
