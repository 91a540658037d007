#include "store/finished_files.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/path_parts.hpp"
#include "store/partial_lock.hpp"
#include "store/replace_file.hpp"

namespace xget::store {
namespace {

std::string key_of(const std::string& path) {
  return to_hex(piece_digest(std::as_bytes(std::span(path))));
}

// One of sixteen, so that little is read for one mark.
std::string shard_of(const std::string& key) { return "finished-" + key.substr(0, 1); }

// The end of it, should it have grown meanwhile: that is where the newest are.
Result<std::string> read_end(core::File& file) {
  constexpr std::uint64_t kMost = 2 * FinishedFiles::kMostShardBytes;
  const auto info = file.info();
  if (!info) return fail(info.error());
  const std::uint64_t begin = info->size - std::min(info->size, kMost);
  std::string text(static_cast<std::size_t>(info->size - begin), '\0');
  const auto read = file.read_at(begin, std::as_writable_bytes(std::span(text)));
  if (!read) return fail(read.error());
  text.resize(*read);
  return text;
}

}  // namespace

std::optional<std::string> known_path_of(core::Folder& folder, const std::string& name) {
  const std::string path = folder.whole_path();
  if (path.empty()) return std::nullopt;
  return path_in(path, name);
}

void FinishedFiles::remember(const std::string& path, std::string_view mark) {
  if (auto added = add(key_of(path), mark); !added) log::info(to_string(added.error()));
}

Result<void> FinishedFiles::add(const std::string& key, std::string_view mark) {
  // The line before may be torn: an empty line costs nothing.
  const std::string line = "\n" + key + " " + std::string(mark) + "\n";
  if (line.size() > kMostLineBytes) return {};
  auto folder = files_.open_folder(folder_);
  if (!folder && folder.error().number == ENOENT) {
    if (auto made = files_.make_folder(folder_); !made) return made;
    folder = files_.open_folder(folder_);
  }
  if (!folder) return fail(std::move(folder.error()));
  const std::string shard = shard_of(key);
  if (auto added = (*folder)->append(shard, line); !added) return added;
  const auto info = (*folder)->info(shard);
  const bool grown = info && *info && (*info)->size > kMostShardBytes;
  return grown ? shorten(**folder, shard) : Result<void>{};
}

// One process at a time, since they share the draft's name. Another one's turn comes with its next
// mark.
Result<void> FinishedFiles::shorten(core::Folder& folder, const std::string& shard) {
  auto file = folder.open(shard, core::Access::ReadWrite);
  if (!file) return fail(std::move(file.error()));
  const auto lock = (*file)->lock();
  if (!lock) return fail(lock.error());
  if (*lock == core::LockOutcome::HeldByOther) return {};
  const auto named = still_named(folder, shard, **file);
  if (!named || !*named) return {};
  auto text = read_end(**file);
  if (!text) return fail(std::move(text.error()));
  const auto end_of_line =
      text->find('\n', text->size() - std::min(text->size(), kMostShardBytes / 2));
  if (end_of_line == std::string::npos) return folder.remove(shard);
  return replace_file(folder, shard, shard + ".new", std::string_view(*text).substr(end_of_line));
}

std::optional<std::string> FinishedFiles::find(const std::string& path) {
  const std::string key = key_of(path);
  auto folder = files_.open_folder(folder_);
  if (!folder) return std::nullopt;
  auto file = (*folder)->open(shard_of(key), core::Access::Read);
  if (!file) return std::nullopt;
  const auto text = read_end(**file);
  if (!text) return std::nullopt;
  const std::string begin = "\n" + key + " ";
  const auto at = text->rfind(begin);
  if (at == std::string::npos) return std::nullopt;
  const auto mark = at + begin.size();
  return text->substr(mark, text->find('\n', mark) - mark);
}

std::optional<OriginMark> find_mark(core::File& file, core::Folder& folder, const std::string& name,
                                    FinishedFiles* elsewhere) {
  auto mark = file.attribute(kOriginMarkAttribute);
  if (!mark && elsewhere != nullptr) {
    if (const auto path = known_path_of(folder, name)) mark = elsewhere->find(*path);
  }
  return mark ? parse_origin_mark(*mark) : std::nullopt;
}

}  // namespace xget::store
